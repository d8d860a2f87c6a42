-- More accounts than the first four, and more kinds of them.
ALTER TABLE entry RENAME TO entry_before;
ALTER TABLE account RENAME TO account_before;
DROP INDEX entry_of_account;

CREATE TABLE account (
    account_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    code text NOT NULL,
    currency text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('asset', 'equity', 'expense', 'liability', 'revenue')),
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
    -- The thing that it is about.
    source_id uuid NOT NULL,
    balance_after_minor bigint NOT NULL,
    create_time timestamptz NOT NULL,
    FOREIGN KEY (agency, account_id) REFERENCES account (agency, account_id),
    UNIQUE (account_id, position),
    UNIQUE (transfer_id, direction),
    -- A thing does each of its deeds once.
    UNIQUE (source_id, description, direction)
);

INSERT INTO account (account_id, agency, code, currency, kind, balance_minor, floor_minor, entry_count)
SELECT account_id, agency, code, currency, kind, balance_minor, floor_minor, entry_count
FROM account_before;
INSERT INTO entry (entry_id, agency, transfer_id, account_id, position, direction, amount_minor,
                   description, source_id, balance_after_minor, create_time)
SELECT entry_id, agency, transfer_id, account_id, position, direction, amount_minor,
       description, source_id, balance_after_minor, create_time
FROM entry_before;
DROP TABLE entry_before;
DROP TABLE account_before;
CREATE INDEX entry_of_account ON entry (agency, account_id, position);
CREATE TRIGGER entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON entry
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
