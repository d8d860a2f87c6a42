-- An agency may keep several accounts at one bank, each with statements of its own; 'all' where one
-- account holds everything.
ALTER TABLE bank_statement
    ADD COLUMN account text NOT NULL DEFAULT 'all'
        CHECK (account IN ('all', 'collection', 'disbursement', 'vouchers')),
    DROP CONSTRAINT bank_statement_agency_bank_code_day_key,
    DROP CONSTRAINT bank_statement_agency_bank_code_number_key,
    ADD CONSTRAINT bank_statement_of_day UNIQUE (agency, bank_code, account, day),
    ADD CONSTRAINT bank_statement_number UNIQUE (agency, bank_code, account, number);

-- A line may book an order, or all orders of a file at once.
ALTER TABLE bank_statement_line
    ADD COLUMN order_id uuid,
    ADD COLUMN rail_file_id uuid;
CREATE INDEX bank_statement_line_by_order ON bank_statement_line (agency, order_id)
WHERE order_id IS NOT NULL;
CREATE INDEX bank_statement_line_by_file ON bank_statement_line (agency, rail_file_id)
WHERE rail_file_id IS NOT NULL;

-- A break may be corrected in the books, until the bank mends what it did.
ALTER TABLE reconciliation_break
    -- Of which account, where that is known.
    ADD COLUMN account text CHECK (account IN ('collection', 'disbursement', 'vouchers')),
    ADD COLUMN recorded_flow text CHECK (recorded_flow IN ('in', 'out')),
    -- The line of its statement, the movement or the envelope that it is about, and of how many orders.
    ADD COLUMN line_number bigint,
    ADD COLUMN movement_id uuid,
    ADD COLUMN envelope_id uuid,
    ADD COLUMN order_count bigint NOT NULL DEFAULT 0,
    -- The bank's number that somebody found, and the break that this one mends.
    ADD COLUMN found_bank text,
    ADD COLUMN found_reference text,
    ADD COLUMN earlier_break_id uuid,
    -- When the bank had mended it.
    ADD COLUMN settle_time timestamptz,
    DROP CONSTRAINT reconciliation_break_kind_check,
    DROP CONSTRAINT reconciliation_break_resolution_check,
    ADD CONSTRAINT break_kind CHECK (kind IN
        ('missing_here', 'missing_there', 'amount_differs', 'booked_twice', 'unnumbered')),
    ADD CONSTRAINT break_resolution CHECK (resolution IN ('matched', 'suspense', 'charge', 'explained',
        'claim', 'excess', 'corrected', 'identified'));
UPDATE reconciliation_break SET recorded_flow = flow WHERE recorded_minor IS NOT NULL;
UPDATE reconciliation_break SET settle_time = update_time WHERE state = 'resolved';
UPDATE reconciliation_break SET movement_id = (SELECT movement_id FROM bank_movement
    WHERE bank_movement.agency = reconciliation_break.agency
    AND bank_movement.bank_code = reconciliation_break.bank_code
    AND bank_reference = reference) WHERE kind = 'missing_there';
CREATE INDEX break_newest ON reconciliation_break (agency, break_id);
CREATE INDEX break_of_statement ON reconciliation_break (agency, statement_id);
-- Those that the bank may still mend, and those that a late report may.
CREATE INDEX break_waiting ON reconciliation_break (agency, bank_code, kind, reference)
WHERE settle_time IS NULL;
CREATE INDEX break_of_envelope ON reconciliation_break (envelope_id)
WHERE settle_time IS NULL AND envelope_id IS NOT NULL;

-- Lines and breaks are found before it is known how many there are, and so before their statement is
-- kept.
ALTER TABLE bank_statement_line
    ALTER CONSTRAINT bank_statement_line_agency_statement_id_fkey DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE reconciliation_break
    ALTER CONSTRAINT reconciliation_break_agency_statement_id_fkey DEFERRABLE INITIALLY DEFERRED;

-- Held while a statement is imported or a day closed, so that each sees what the other did.
CREATE TABLE reconciling (
    agency text NOT NULL PRIMARY KEY
);
