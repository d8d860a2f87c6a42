-- Every payment that a bank reports is kept, whether it pays a bill or not.
ALTER TABLE bank_reference RENAME TO bank_reference_before;
DROP TRIGGER remittance_stays;
DROP TRIGGER remittance_remains;
ALTER TABLE remittance RENAME TO remittance_before;
CREATE TABLE remittance (
    remittance_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    bill_id uuid,
    billing_code text NOT NULL,
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    bank_code text NOT NULL,
    bank_reference text NOT NULL,
    pay_time timestamptz NOT NULL,
    create_time timestamptz NOT NULL,
    channel text NOT NULL CHECK (channel IN ('bank', 'file', 'qris', 'virtual_account')),
    -- Whether it paid its bill.
    paid boolean NOT NULL,
    -- What became of all of it or of what was too much, and why; the item follows in the same
    -- transaction.
    suspense_id uuid UNIQUE,
    misfit text,
    CHECK (paid OR suspense_id IS NOT NULL),
    CHECK (NOT paid OR bill_id IS NOT NULL),
    CHECK ((suspense_id IS NULL) = (misfit IS NULL)),
    FOREIGN KEY (agency, bill_id) REFERENCES bill (agency, bill_id),
    UNIQUE (agency, remittance_id)
);
INSERT INTO remittance (remittance_id, agency, bill_id, billing_code, currency, amount_minor,
                        bank_code, bank_reference, pay_time, create_time, channel, paid)
SELECT remittance_id, agency, bill_id, billing_code, currency, amount_minor,
       bank_code, bank_reference, pay_time, create_time, 'bank', true
FROM remittance_before;
-- A code is paid once.
CREATE UNIQUE INDEX remittance_of_code ON remittance (billing_code) WHERE paid;
CREATE INDEX remittance_of_bill ON remittance (agency, bill_id);
CREATE TRIGGER remittance_stays BEFORE UPDATE ON remittance
BEGIN SELECT RAISE(ABORT, 'a remittance stays as it was recorded'); END;
CREATE TRIGGER remittance_remains BEFORE DELETE ON remittance
BEGIN SELECT RAISE(ABORT, 'a remittance stays as it was recorded'); END;

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
CREATE TABLE bank_reference (
    bank_code text NOT NULL,
    bank_reference text NOT NULL,
    -- Whose money it was.
    agency text NOT NULL,
    remittance_id uuid,
    refund_id uuid,
    suspense_id uuid,
    PRIMARY KEY (bank_code, bank_reference),
    CONSTRAINT bank_reference_has_one_use CHECK (
        (CASE WHEN remittance_id IS NULL THEN 0 ELSE 1 END)
        + (CASE WHEN refund_id IS NULL THEN 0 ELSE 1 END)
        + (CASE WHEN suspense_id IS NULL THEN 0 ELSE 1 END) = 1),
    FOREIGN KEY (agency, remittance_id) REFERENCES remittance (agency, remittance_id)
        DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (agency, refund_id) REFERENCES refund (agency, refund_id),
    FOREIGN KEY (agency, suspense_id) REFERENCES suspense (agency, suspense_id)
);
INSERT INTO bank_reference (bank_code, bank_reference, agency, remittance_id, refund_id)
SELECT bank_code, bank_reference, agency, remittance_id, refund_id FROM bank_reference_before;
DROP TABLE bank_reference_before;
DROP TABLE remittance_before;

-- An item moves along, but what came in stays what it was.
CREATE TRIGGER suspense_stays BEFORE UPDATE ON suspense
WHEN NEW.agency <> OLD.agency OR NEW.kind <> OLD.kind OR NEW.currency <> OLD.currency
    OR NEW.amount_minor <> OLD.amount_minor OR NEW.remittance_id <> OLD.remittance_id
BEGIN SELECT RAISE(ABORT, 'money in suspense stays what it was'); END;
CREATE TRIGGER suspense_remains BEFORE DELETE ON suspense
BEGIN SELECT RAISE(ABORT, 'money in suspense stays what it was'); END;
