-- The addresses of agencies to which facts are sent.
CREATE TABLE endpoint (
    endpoint_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    -- Sealed: whoever chooses a URL may have put a password into it.
    url bytea NOT NULL,
    -- Full names of facts, or all of a package with '.*', separated by spaces.
    event_types text NOT NULL,
    state text NOT NULL CHECK (state IN ('enabled', 'disabled')),
    disable_reason text CHECK (disable_reason IN ('requested', 'gone', 'failing')),
    -- The signing secret, and the one before it as long as it signs too; sealed.
    secret bytea NOT NULL,
    previous_secret bytea,
    previous_secret_end_time timestamptz,
    -- Since when every attempt has failed.
    failing_since timestamptz,
    version bigint NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    CHECK ((disable_reason IS NOT NULL) = (state = 'disabled')),
    CHECK ((previous_secret IS NULL) = (previous_secret_end_time IS NULL))
);
CREATE INDEX endpoint_list ON endpoint (agency, endpoint_id);
CREATE INDEX endpoint_enabled ON endpoint (agency) WHERE state = 'enabled';
