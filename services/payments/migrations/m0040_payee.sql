-- Where people are paid, as one programme or block knows them. Who they are is kept as a keyed hash,
-- where the money goes sealed: nothing here can be read without the master key.
CREATE TABLE payee (
    payee_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    -- The programme or block whose directory it is.
    source text NOT NULL,
    -- The keyed hash of the functional id; the same in every source of the agency, so that one
    -- person is recognised across programmes.
    person_key bytea NOT NULL,
    -- The keyed hash of institution and account.
    address_key bytea,
    -- The keyed hash of the name without case, titles and signs.
    name_key bytea,
    institution text,
    -- The account and the name, sealed together.
    details bytea,
    state text NOT NULL CHECK (state IN ('linked', 'unlinked')),
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    -- Once unlinked, nothing remains but that there was somebody.
    CHECK ((state = 'linked') = (address_key IS NOT NULL)),
    CHECK ((state = 'linked') = (name_key IS NOT NULL)),
    CHECK ((state = 'linked') = (institution IS NOT NULL)),
    CHECK ((state = 'linked') = (details IS NOT NULL)),
    UNIQUE (agency, source, person_key)
);
-- One account in a directory is one person's: a shared one is how somebody collects for others.
CREATE UNIQUE INDEX payee_address ON payee (agency, source, address_key) WHERE state = 'linked';
