-- Paid bills whose money is wanted back through the bank.
CREATE TABLE dispute (
    dispute_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    bill_id uuid NOT NULL,
    case_id uuid NOT NULL,
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    reason text NOT NULL,
    bank_code text NOT NULL,
    bank_case text NOT NULL,
    -- References of documents, parted by line breaks.
    evidence text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'answered', 'won', 'lost')),
    opened_by text NOT NULL,
    ended_by text NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    CHECK ((state IN ('won', 'lost')) = (ended_by <> '')),
    CHECK (ended_by <> opened_by),
    FOREIGN KEY (agency, bill_id) REFERENCES bill (agency, bill_id),
    UNIQUE (agency, bank_code, bank_case)
);
CREATE INDEX dispute_by_bill ON dispute (agency, bill_id);
