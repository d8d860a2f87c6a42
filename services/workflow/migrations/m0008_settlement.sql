-- What was decided about instances that ended by an error; the last proposal of each instance.
CREATE TABLE settlement (
    id uuid NOT NULL UNIQUE,
    agency text NOT NULL,
    instance_id uuid NOT NULL PRIMARY KEY REFERENCES instance (id),
    proposed_by text NOT NULL,
    -- Sealed: it is in somebody's own words.
    reason bytea NOT NULL,
    propose_time timestamptz NOT NULL,
    confirmed_by text,
    confirm_time timestamptz,
    CHECK ((confirmed_by IS NULL) = (confirm_time IS NULL)),
    CHECK (confirmed_by <> proposed_by)
);
