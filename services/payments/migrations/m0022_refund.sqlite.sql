-- Refunds of bills and of credits; back to the source, as a credit, or claimed from the treasury.
DROP INDEX refund_by_bill;
ALTER TABLE refund RENAME TO refund_before;
ALTER TABLE bank_reference RENAME TO bank_reference_before;
CREATE TABLE refund (
    refund_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    -- Of what it is: a bill, or a credit.
    bill_id uuid,
    case_id uuid,
    credit_id uuid,
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    -- Sealed: an officer wrote it, so it may speak of a person.
    reason bytea NOT NULL,
    mode text NOT NULL CHECK (mode IN ('source', 'credit_next_bill', 'treasury_claim')),
    state text NOT NULL CHECK (state IN ('issued', 'paid', 'credited', 'drafted', 'submitted',
        'returned', 'approved', 'rejected')),
    bank_code text,
    bank_reference text,
    -- The documents of a claim as JSON: their kinds, ids and hashes, never what they say.
    documents text NOT NULL,
    submitted_by text,
    approved_by text,
    -- Why a claim was returned or rejected, sealed.
    note bytea,
    treasury_reference text,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    CHECK ((bill_id IS NULL) <> (credit_id IS NULL)),
    CHECK ((bill_id IS NULL) = (case_id IS NULL)),
    CHECK (CASE mode
        WHEN 'source' THEN state IN ('issued', 'paid')
        WHEN 'credit_next_bill' THEN state = 'credited'
        ELSE state NOT IN ('issued', 'credited') END),
    CHECK ((mode = 'source' AND state = 'paid') = (bank_code IS NOT NULL)),
    CHECK ((bank_code IS NULL) = (bank_reference IS NULL)),
    CHECK ((mode = 'treasury_claim' AND state = 'paid') = (treasury_reference IS NOT NULL)),
    -- Two persons.
    CHECK (approved_by IS NULL OR approved_by <> submitted_by),
    FOREIGN KEY (agency, bill_id) REFERENCES bill (agency, bill_id),
    FOREIGN KEY (agency, credit_id) REFERENCES credit (agency, credit_id),
    UNIQUE (agency, refund_id)
);
INSERT INTO refund (refund_id, agency, bill_id, case_id, currency, amount_minor, reason, mode, state,
                    bank_code, bank_reference, documents, create_time, update_time)
SELECT refund_id, agency, bill_id, case_id, currency, amount_minor, reason, 'source', state,
       bank_code, bank_reference, '[]', create_time, update_time
FROM refund_before;
CREATE INDEX refund_by_bill ON refund (agency, bill_id, refund_id);
CREATE INDEX refund_claimed ON refund (agency, currency)
WHERE mode = 'treasury_claim' AND state IN ('drafted', 'submitted', 'returned', 'approved');

CREATE TABLE bank_reference (
    bank_code text NOT NULL,
    bank_reference text NOT NULL,
    -- Whose money it was.
    agency text NOT NULL,
    remittance_id uuid,
    refund_id uuid,
    PRIMARY KEY (bank_code, bank_reference),
    CHECK ((remittance_id IS NULL) <> (refund_id IS NULL)),
    FOREIGN KEY (agency, remittance_id) REFERENCES remittance (agency, remittance_id),
    FOREIGN KEY (agency, refund_id) REFERENCES refund (agency, refund_id)
);
INSERT INTO bank_reference (bank_code, bank_reference, agency, remittance_id, refund_id)
SELECT bank_code, bank_reference, agency, remittance_id, refund_id FROM bank_reference_before;
DROP TABLE bank_reference_before;
DROP TABLE refund_before;

-- Collected money that was handed on to the treasury. Never changed.
CREATE TABLE sweep (
    sweep_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    -- The treasury's number for the receipt (NTPN).
    treasury_reference text NOT NULL,
    swept_by text NOT NULL,
    create_time timestamptz NOT NULL,
    UNIQUE (agency, treasury_reference)
);
