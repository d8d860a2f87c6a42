-- Every payment that a bank reports is kept, whether it pays a bill or not.
ALTER TABLE remittance
    ALTER COLUMN bill_id DROP NOT NULL,
    DROP CONSTRAINT remittance_bill_id_key,
    ADD COLUMN channel text NOT NULL DEFAULT 'bank'
        CHECK (channel IN ('bank', 'file', 'qris', 'virtual_account')),
    -- Whether it paid its bill.
    ADD COLUMN paid boolean NOT NULL DEFAULT true,
    -- What became of all of it or of what was too much, and why; the item follows in the same
    -- transaction.
    ADD COLUMN suspense_id uuid UNIQUE,
    ADD COLUMN misfit text,
    ADD CHECK (paid OR suspense_id IS NOT NULL),
    ADD CHECK (NOT paid OR bill_id IS NOT NULL),
    ADD CHECK ((suspense_id IS NULL) = (misfit IS NULL));
ALTER TABLE remittance ALTER COLUMN channel DROP DEFAULT, ALTER COLUMN paid DROP DEFAULT;
-- A code is paid once.
CREATE UNIQUE INDEX remittance_of_code ON remittance (billing_code) WHERE paid;
CREATE INDEX remittance_of_bill ON remittance (agency, bill_id);

-- Money that came in and fits no open bill.
CREATE TABLE suspense (
    suspense_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    kind text NOT NULL
        CHECK (kind IN ('late', 'double', 'short', 'over', 'unknown_code', 'other_currency')),
    state text NOT NULL
        CHECK (state IN ('open', 'proposed', 'applied', 'credited', 'returning', 'returned')),
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    remittance_id uuid NOT NULL UNIQUE,
    bill_id uuid,
    code text NOT NULL,
    -- What is to become of it: 'apply', 'credit' or 'return', and the code or payer of that.
    resolution text CHECK (resolution IN ('apply', 'credit', 'return')),
    target text,
    credited_to text,
    -- Sealed: an officer wrote it, so it may speak of a person.
    reason bytea,
    proposed_by text,
    confirmed_by text,
    bank_code text,
    bank_reference text,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    CHECK ((state = 'open') = (resolution IS NULL)),
    CHECK ((state = 'returned') = (bank_code IS NOT NULL)),
    CHECK ((bank_code IS NULL) = (bank_reference IS NULL)),
    CHECK (confirmed_by IS NULL OR confirmed_by <> proposed_by),
    CHECK (credited_to IS NOT NULL OR state <> 'credited'),
    FOREIGN KEY (agency, remittance_id) REFERENCES remittance (agency, remittance_id),
    FOREIGN KEY (agency, bill_id) REFERENCES bill (agency, bill_id),
    UNIQUE (agency, suspense_id)
);
CREATE INDEX suspense_by_state ON suspense (agency, state, suspense_id);

-- A bank's number is taken before what it stands for is kept: whoever comes second waits and sees.
ALTER TABLE bank_reference
    ADD COLUMN suspense_id uuid,
    DROP CONSTRAINT bank_reference_check,
    ADD CONSTRAINT bank_reference_has_one_use CHECK (
        (CASE WHEN remittance_id IS NULL THEN 0 ELSE 1 END)
        + (CASE WHEN refund_id IS NULL THEN 0 ELSE 1 END)
        + (CASE WHEN suspense_id IS NULL THEN 0 ELSE 1 END) = 1),
    DROP CONSTRAINT bank_reference_agency_remittance_id_fkey,
    ADD FOREIGN KEY (agency, remittance_id) REFERENCES remittance (agency, remittance_id)
        DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (agency, suspense_id) REFERENCES suspense (agency, suspense_id);

-- An item moves along, but what came in stays what it was.
CREATE FUNCTION suspense_keeps_its_money() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.agency, NEW.kind, NEW.currency, NEW.amount_minor, NEW.remittance_id)
        IS DISTINCT FROM (OLD.agency, OLD.kind, OLD.currency, OLD.amount_minor, OLD.remittance_id)
    THEN
        RAISE EXCEPTION 'money in suspense stays what it was';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER suspense_stays BEFORE UPDATE OR DELETE ON suspense
FOR EACH ROW EXECUTE FUNCTION suspense_keeps_its_money();
CREATE TRIGGER suspense_remains BEFORE TRUNCATE ON suspense
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
