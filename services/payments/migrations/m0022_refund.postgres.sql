-- Refunds of bills and of credits; back to the source, as a credit, or claimed from the treasury.
ALTER TABLE refund
    DROP CONSTRAINT refund_state_check,
    DROP CONSTRAINT refund_check,
    ALTER COLUMN bill_id DROP NOT NULL,
    ALTER COLUMN case_id DROP NOT NULL,
    -- Of what it is: a bill, or a credit.
    ADD COLUMN credit_id uuid,
    ADD COLUMN mode text NOT NULL DEFAULT 'source'
        CHECK (mode IN ('source', 'credit_next_bill', 'treasury_claim')),
    -- The documents of a claim as JSON: their kinds, ids and hashes, never what they say.
    ADD COLUMN documents text NOT NULL DEFAULT '[]',
    ADD COLUMN submitted_by text,
    ADD COLUMN approved_by text,
    -- Why a claim was returned or rejected, sealed.
    ADD COLUMN note bytea,
    ADD COLUMN treasury_reference text,
    ADD CHECK ((bill_id IS NULL) <> (credit_id IS NULL)),
    ADD CHECK ((bill_id IS NULL) = (case_id IS NULL)),
    ADD CHECK (CASE mode
        WHEN 'source' THEN state IN ('issued', 'paid')
        WHEN 'credit_next_bill' THEN state = 'credited'
        ELSE state IN ('drafted', 'submitted', 'returned', 'approved', 'paid', 'rejected') END),
    ADD CHECK ((mode = 'source' AND state = 'paid') = (bank_code IS NOT NULL)),
    ADD CHECK ((mode = 'treasury_claim' AND state = 'paid') = (treasury_reference IS NOT NULL)),
    -- Two persons.
    ADD CHECK (approved_by IS NULL OR approved_by <> submitted_by),
    ADD FOREIGN KEY (agency, credit_id) REFERENCES credit (agency, credit_id);
ALTER TABLE refund ALTER COLUMN mode DROP DEFAULT, ALTER COLUMN documents DROP DEFAULT;
CREATE INDEX refund_claimed ON refund (agency, currency)
WHERE mode = 'treasury_claim' AND state IN ('drafted', 'submitted', 'returned', 'approved');

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
