-- Files of payments that banks handed in; each once, by the hash of what it says.
CREATE TABLE remittance_import (
    import_id uuid NOT NULL PRIMARY KEY,
    -- Whoever handed it in: its payments are of many agencies.
    agency text NOT NULL,
    hash bytea NOT NULL UNIQUE,
    bank_code text NOT NULL,
    day text NOT NULL,
    count bigint NOT NULL CHECK (count > 0),
    currency text NOT NULL,
    total_minor bigint NOT NULL CHECK (total_minor > 0),
    create_time timestamptz NOT NULL
);
CREATE TRIGGER remittance_import_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON remittance_import
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
