-- Everything that the books record as having moved at a bank, with the bank's own number of it where
-- that is known: what statements are compared with. It takes the place of the numbers alone.
CREATE TABLE bank_movement (
    movement_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    -- In which of the agency's accounts at banks.
    account text NOT NULL CHECK (account IN ('collection', 'disbursement', 'vouchers')),
    -- Why it moved, and the thing that says so.
    purpose text NOT NULL,
    source_id uuid NOT NULL,
    flow text NOT NULL CHECK (flow IN ('in', 'out')),
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    -- Both absent while nobody knows; the number alone while only the bank is known.
    bank_code text,
    bank_reference text,
    moved timestamptz NOT NULL,
    -- The statement that had it, or that showed that the bank has not; nil if its day was closed before
    -- there was this table.
    statement_id uuid,
    CHECK (bank_reference IS NULL OR bank_code IS NOT NULL),
    UNIQUE (bank_code, bank_reference)
);
CREATE INDEX bank_movement_by_time ON bank_movement (agency, moved);
CREATE INDEX bank_movement_unseen ON bank_movement (agency, moved) WHERE statement_id IS NULL;

INSERT INTO bank_movement (movement_id, agency, account, purpose, source_id, flow, currency,
                           amount_minor, bank_code, bank_reference, moved)
SELECT remittance_id, agency, 'collection', 'remittance', remittance_id, 'in', currency, amount_minor,
       bank_code, bank_reference, pay_time FROM remittance;
INSERT INTO bank_movement (movement_id, agency, account, purpose, source_id, flow, currency,
                           amount_minor, bank_code, bank_reference, moved)
SELECT refund_id, agency, 'collection', 'refund', refund_id, 'out', currency, amount_minor, bank_code,
       bank_reference, update_time FROM refund WHERE bank_code IS NOT NULL
UNION ALL
SELECT suspense_id, agency, 'collection', 'suspense_returned', suspense_id, 'out', currency,
       amount_minor, bank_code, bank_reference, update_time FROM suspense WHERE bank_code IS NOT NULL
UNION ALL
SELECT settlement_id, agency, 'vouchers', 'merchant_paid', settlement_id, 'out', currency, amount_minor,
       bank_code, bank_reference, create_time FROM merchant_settlement
UNION ALL
SELECT sweep_id, agency, 'collection', 'treasury_swept', sweep_id, 'out', currency, amount_minor,
       NULL, NULL, create_time FROM sweep
UNION ALL
SELECT dispute_id, agency, 'collection', 'dispute_lost', dispute_id, 'out', currency, amount_minor,
       bank_code, NULL, update_time FROM dispute WHERE state = 'lost'
UNION ALL
SELECT funding_id, agency, 'disbursement', 'funds_' || direction, funding_id,
       CASE direction WHEN 'received' THEN 'in' ELSE 'out' END, currency, amount_minor, NULL, NULL,
       create_time FROM funding
UNION ALL
SELECT movement_id, agency, 'vouchers', 'pool_' || direction, movement_id,
       CASE direction WHEN 'funded' THEN 'in' ELSE 'out' END, currency, amount_minor, NULL, NULL,
       create_time FROM pool_movement WHERE true
-- A merchant's number that was used for something else besides stays with that.
ON CONFLICT DO NOTHING;
DROP TABLE bank_reference;

-- What statements had, what they showed as a break, and what closed days hold is not asked about again.
UPDATE bank_movement SET statement_id = COALESCE(
    (SELECT statement_id FROM bank_statement_line AS line WHERE line.agency = bank_movement.agency
     AND line.bank_code = bank_movement.bank_code AND line.reference = bank_movement.bank_reference
     LIMIT 1),
    (SELECT statement_id FROM reconciliation_break AS shown WHERE shown.agency = bank_movement.agency
     AND shown.bank_code = bank_movement.bank_code AND shown.reference = bank_movement.bank_reference
     LIMIT 1),
    (SELECT x'00000000000000000000000000000000' FROM closed_day
     WHERE closed_day.agency = bank_movement.agency
     AND closed_day.day || 'T17:00:00+00:00' > bank_movement.moved LIMIT 1));

-- Of a movement only what the bank says of it becomes known.
CREATE TRIGGER bank_movement_stays
BEFORE UPDATE OF movement_id, agency, account, purpose, source_id, flow, currency, amount_minor, moved
ON bank_movement
BEGIN SELECT RAISE(ABORT, 'what moved at a bank stays as it was recorded'); END;
CREATE TRIGGER bank_movement_remains BEFORE DELETE ON bank_movement
BEGIN SELECT RAISE(ABORT, 'what moved at a bank stays as it was recorded'); END;
CREATE TRIGGER bank_movement_keeps_its_number BEFORE UPDATE ON bank_movement
WHEN OLD.bank_reference IS NOT NULL
    AND (NEW.bank_code IS NOT OLD.bank_code OR NEW.bank_reference IS NOT OLD.bank_reference)
BEGIN SELECT RAISE(ABORT, 'a movement keeps the number of its bank'); END;

-- What else names the bank's number.
ALTER TABLE funding ADD COLUMN bank_code text;
ALTER TABLE funding ADD COLUMN bank_reference text;
ALTER TABLE dispute ADD COLUMN bank_reference text;
