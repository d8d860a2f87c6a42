-- Payments of bills as banks report them; a bill has at most one. Never changed.
CREATE TABLE remittance (
    remittance_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    bill_id uuid NOT NULL UNIQUE,
    billing_code text NOT NULL,
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    bank_code text NOT NULL,
    bank_reference text NOT NULL,
    pay_time timestamptz NOT NULL,
    create_time timestamptz NOT NULL,
    FOREIGN KEY (agency, bill_id) REFERENCES bill (agency, bill_id),
    UNIQUE (agency, remittance_id)
);

-- Money of paid bills that goes back.
CREATE TABLE refund (
    refund_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    bill_id uuid NOT NULL,
    case_id uuid NOT NULL,
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    -- Sealed: an officer wrote it, so it may speak of a person.
    reason bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('issued', 'paid')),
    bank_code text,
    bank_reference text,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    CHECK ((state = 'paid') = (bank_code IS NOT NULL)),
    CHECK ((bank_code IS NULL) = (bank_reference IS NULL)),
    FOREIGN KEY (agency, bill_id) REFERENCES bill (agency, bill_id),
    UNIQUE (agency, refund_id)
);
CREATE INDEX refund_by_bill ON refund (agency, bill_id, refund_id);

-- The transaction numbers of banks, for money in and money out: each is used once by its bank.
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
