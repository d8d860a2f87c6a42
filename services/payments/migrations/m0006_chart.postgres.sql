-- A general ledger: accounts of the chart and of the agency, transfers of their own, reservations.
-- The first release knew four accounts, and kept what a transfer says in its two entries.
ALTER TABLE entry RENAME TO entry_before;
ALTER TABLE account RENAME TO account_before;
DROP INDEX entry_of_account;

-- Its rows change with every transfer, and no column that does is indexed: room in each page keeps
-- the new versions beside the old ones.
CREATE TABLE account (
    account_id uuid NOT NULL,
    agency text NOT NULL,
    code text NOT NULL,
    currency text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('asset', 'equity', 'expense', 'liability', 'revenue')),
    -- All amounts count on the side on which the account grows. The sum of its entries:
    balance_minor bigint NOT NULL,
    -- What open reservations may take from it, and bring to it.
    reserved_out_minor bigint NOT NULL CHECK (reserved_out_minor >= 0),
    reserved_in_minor bigint NOT NULL CHECK (reserved_in_minor >= 0),
    floor_minor bigint NOT NULL,
    ceiling_minor bigint,
    entry_count bigint NOT NULL,
    -- When the newest entry was made, or else the account.
    entry_time timestamptz NOT NULL,
    create_time timestamptz NOT NULL,
    close_time timestamptz,
    CONSTRAINT account_key PRIMARY KEY (account_id),
    CONSTRAINT account_code UNIQUE (agency, code, currency),
    CONSTRAINT account_above_floor CHECK (balance_minor - reserved_out_minor >= floor_minor),
    CONSTRAINT account_below_ceiling CHECK (balance_minor + reserved_in_minor <= ceiling_minor),
    CONSTRAINT account_closed_empty CHECK (close_time IS NULL
        OR balance_minor = 0 AND reserved_out_minor = 0 AND reserved_in_minor = 0)
) WITH (fillfactor = 70);

-- The journal: what moved money between two accounts, or set it aside. It only grows.
CREATE TABLE transfer (
    transfer_id uuid NOT NULL,
    agency text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('posted', 'reserved', 'captured', 'released', 'expired')),
    -- Accounts and reservations are held while this is written; a foreign key would look again.
    debit_account_id uuid NOT NULL,
    credit_account_id uuid NOT NULL,
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    -- What happened.
    description text NOT NULL,
    -- The agency's own reference.
    reference text,
    -- The thing that it is about, where the block itself posted it.
    source_id uuid,
    reservation_id uuid,
    create_time timestamptz NOT NULL,
    CONSTRAINT transfer_key PRIMARY KEY (transfer_id),
    CONSTRAINT transfer_between_two CHECK (debit_account_id <> credit_account_id),
    CONSTRAINT transfer_reservation CHECK ((kind = 'posted') = (reservation_id IS NULL))
);
-- A thing does each of its deeds once.
CREATE UNIQUE INDEX transfer_of_source ON transfer (source_id, description)
WHERE source_id IS NOT NULL;
CREATE INDEX transfer_of_reservation ON transfer (reservation_id, transfer_id)
WHERE reservation_id IS NOT NULL;

-- The lines of the accounts. Two with one transfer_id, a debit and a credit, belong together.
-- Their times follow their positions, so that a period is found by halving. They only grow.
CREATE TABLE entry (
    account_id uuid NOT NULL,
    -- The place of the entry in its account, without gaps.
    position bigint NOT NULL,
    agency text NOT NULL,
    entry_id uuid NOT NULL,
    transfer_id uuid NOT NULL,
    direction text NOT NULL CHECK (direction IN ('debit', 'credit')),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    balance_after_minor bigint NOT NULL,
    create_time timestamptz NOT NULL,
    CONSTRAINT entry_key PRIMARY KEY (account_id, position)
);

-- Money that is set aside. Its id is that of the transfer that set it aside.
CREATE TABLE reservation (
    reservation_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    debit_account_id uuid NOT NULL,
    credit_account_id uuid NOT NULL,
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    captured_minor bigint NOT NULL CHECK (captured_minor >= 0),
    state text NOT NULL CHECK (state IN ('open', 'captured', 'released', 'expired')),
    description text NOT NULL,
    reference text,
    expire_time timestamptz,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    CHECK (captured_minor <= amount_minor),
    CHECK (captured_minor < amount_minor OR state = 'captured'),
    CHECK (expire_time IS NOT NULL OR state <> 'expired')
);
CREATE INDEX reservation_newest ON reservation (agency, reservation_id);
CREATE INDEX reservation_due ON reservation (expire_time, reservation_id) WHERE state = 'open';

-- The times of earlier entries may be out of order by the little that two callers overlapped.
INSERT INTO entry (account_id, position, agency, entry_id, transfer_id, direction, amount_minor,
                   balance_after_minor, create_time)
SELECT account_id, position, agency, entry_id, transfer_id, direction, amount_minor,
       balance_after_minor, MAX(create_time) OVER (PARTITION BY account_id ORDER BY position)
FROM entry_before;
INSERT INTO transfer (transfer_id, agency, kind, debit_account_id, credit_account_id, currency,
                      amount_minor, description, source_id, create_time)
SELECT debit.transfer_id, debit.agency, 'posted', debit.account_id, credit.account_id,
       account_before.currency, debit.amount_minor, debit.description, debit.source_id,
       debit.create_time
FROM entry_before AS debit
JOIN entry_before AS credit ON credit.transfer_id = debit.transfer_id AND credit.direction = 'credit'
JOIN account_before ON account_before.account_id = debit.account_id
WHERE debit.direction = 'debit';
INSERT INTO account (account_id, agency, code, currency, kind, balance_minor, reserved_out_minor,
                     reserved_in_minor, floor_minor, entry_count, entry_time, create_time)
SELECT account_id, account_before.agency, code, currency, kind, balance_minor, 0, 0, floor_minor,
       entry_count, MAX(create_time), MIN(create_time)
FROM account_before JOIN entry USING (account_id)
GROUP BY account_id, account_before.agency, code, currency, kind, balance_minor, floor_minor,
         entry_count;
DROP TABLE entry_before;
DROP TABLE account_before;

CREATE TRIGGER entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON entry
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
CREATE TRIGGER transfer_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON transfer
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
-- Of an account only what it holds changes, and whether it is closed.
CREATE TRIGGER account_stays
BEFORE UPDATE OF account_id, agency, code, currency, kind, floor_minor, ceiling_minor, create_time
OR DELETE OR TRUNCATE ON account
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
-- A reservation changes until it ends.
CREATE TRIGGER reservation_remains BEFORE DELETE OR TRUNCATE ON reservation
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
CREATE TRIGGER reservation_stays BEFORE UPDATE ON reservation
FOR EACH ROW WHEN (OLD.state <> 'open' OR NEW.captured_minor < OLD.captured_minor)
EXECUTE FUNCTION stays_as_it_is();
CREATE TRIGGER reservation_keeps_its_sides
BEFORE UPDATE OF reservation_id, agency, debit_account_id, credit_account_id, currency,
    amount_minor, description, reference, expire_time, create_time ON reservation
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
