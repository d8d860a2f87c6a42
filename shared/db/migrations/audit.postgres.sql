-- Who did what to which things. It only grows.
CREATE TABLE audit (
    audit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    time timestamptz NOT NULL,
    agency text NOT NULL,
    caller text NOT NULL,
    on_behalf text,
    operation text NOT NULL,
    request_id uuid,
    digest bytea,
    -- `kind:id`, parted by spaces.
    subjects text NOT NULL
);

-- The entries that wait to be chained to those before.
CREATE TABLE audit_unsealed (audit_id bigint NOT NULL PRIMARY KEY);

-- The chain: each hash covers its entry and the hash before.
CREATE TABLE audit_seal (
    position bigint NOT NULL PRIMARY KEY,
    audit_id bigint NOT NULL UNIQUE REFERENCES audit (audit_id),
    hash bytea NOT NULL
);

-- The end of the chain: one row, locked by whoever makes it longer.
CREATE TABLE audit_head (
    head bigint NOT NULL PRIMARY KEY CHECK (head = 1),
    position bigint NOT NULL,
    hash bytea NOT NULL
);
INSERT INTO audit_head VALUES (1, 0, '');

CREATE FUNCTION audit_waits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_unsealed VALUES (NEW.audit_id);
    RETURN NULL;
END $$;
CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log only grows';
END $$;

CREATE TRIGGER audit_waits AFTER INSERT ON audit
FOR EACH ROW EXECUTE FUNCTION audit_waits();
CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses();
CREATE TRIGGER audit_seal_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses();
