-- What agencies owe to payers: it pays their next bills, or goes back to them.
CREATE TABLE credit (
    credit_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    payer_subject_id text NOT NULL,
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    -- How much of it was not used yet.
    left_minor bigint NOT NULL CHECK (left_minor >= 0),
    -- What became a credit; each thing does so once.
    source text NOT NULL CHECK (source IN ('bill', 'refund', 'suspense')),
    source_id uuid NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    CHECK (left_minor <= amount_minor),
    UNIQUE (source, source_id),
    UNIQUE (agency, credit_id)
);
CREATE INDEX credit_to_use ON credit (agency, payer_subject_id, currency, credit_id)
WHERE left_minor > 0;

-- What credits were used for: to pay a bill, or to go back.
CREATE TABLE credit_use (
    credit_use_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    credit_id uuid NOT NULL,
    bill_id uuid,
    refund_id uuid,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    create_time timestamptz NOT NULL,
    CHECK ((bill_id IS NULL) <> (refund_id IS NULL)),
    FOREIGN KEY (agency, credit_id) REFERENCES credit (agency, credit_id),
    UNIQUE (credit_id, bill_id),
    UNIQUE (refund_id)
);
