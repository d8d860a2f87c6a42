-- The accounts of each agency.
CREATE TABLE account (
    account_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    code text NOT NULL CHECK (code IN ('bank', 'receivable', 'refunds_payable', 'revenue')),
    currency text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('asset', 'liability', 'revenue')),
    -- The sum of its entries, on the side on which it grows.
    balance_minor bigint NOT NULL,
    floor_minor bigint NOT NULL,
    entry_count bigint NOT NULL,
    CHECK (balance_minor >= floor_minor),
    UNIQUE (agency, code, currency),
    UNIQUE (agency, account_id)
);

-- The lines of the ledger. Two with one transfer_id, a debit and a credit, belong together.
CREATE TABLE entry (
    entry_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    transfer_id uuid NOT NULL,
    account_id uuid NOT NULL,
    -- The place of the entry in its account, without gaps.
    position bigint NOT NULL,
    direction text NOT NULL CHECK (direction IN ('debit', 'credit')),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    -- What happened.
    description text NOT NULL,
    -- The bill or refund that it is about.
    source_id uuid NOT NULL,
    balance_after_minor bigint NOT NULL,
    create_time timestamptz NOT NULL,
    FOREIGN KEY (agency, account_id) REFERENCES account (agency, account_id),
    UNIQUE (account_id, position),
    UNIQUE (transfer_id, direction),
    -- A bill or a refund does each thing once.
    UNIQUE (source_id, description, direction)
);
CREATE INDEX entry_of_account ON entry (agency, account_id, position);
