-- Whoever may ask for tokens, but for those that the configuration names.
CREATE TABLE client (
    client_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    -- Sealed: an officer's client is called after a person.
    display_name bytea NOT NULL,
    -- A keyed hash; the secret itself is kept nowhere.
    secret_hash bytea NOT NULL,
    -- Parted by spaces, as in a token.
    scopes text NOT NULL,
    roles text NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'disabled')),
    create_time timestamptz NOT NULL
);
CREATE INDEX client_by_agency ON client (agency, client_id);

-- The keys that tokens are signed with, oldest first.
CREATE TABLE signing_key (
    generation bigint NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    -- A PKCS#8 document, sealed.
    private_key bytea NOT NULL,
    create_time timestamptz NOT NULL
);
