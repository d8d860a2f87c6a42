-- An agency may keep several accounts at one bank, each with statements of its own; 'all' where one
-- account holds everything. A line may book an order, or all orders of a file at once. Lines and breaks
-- are found before it is known how many there are, and so before their statement is kept.
DROP INDEX bank_statement_line_by_reference;
DROP INDEX break_by_state;
ALTER TABLE reconciliation_break RENAME TO reconciliation_break_before;
ALTER TABLE bank_statement_line RENAME TO bank_statement_line_before;
ALTER TABLE bank_statement RENAME TO bank_statement_before;

CREATE TABLE bank_statement (
    statement_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    bank_code text NOT NULL,
    number text NOT NULL,
    -- In Asia/Jakarta, as 2026-11-22.
    day text NOT NULL,
    currency text NOT NULL,
    opening_minor bigint NOT NULL,
    closing_minor bigint NOT NULL,
    line_count bigint NOT NULL,
    matched_count bigint NOT NULL,
    break_count bigint NOT NULL,
    create_time timestamptz NOT NULL,
    account text NOT NULL DEFAULT 'all'
        CHECK (account IN ('all', 'collection', 'disbursement', 'vouchers')),
    UNIQUE (agency, statement_id),
    CONSTRAINT bank_statement_of_day UNIQUE (agency, bank_code, account, day),
    CONSTRAINT bank_statement_number UNIQUE (agency, bank_code, account, number)
);
INSERT INTO bank_statement SELECT statement_id, agency, bank_code, number, day, currency,
    opening_minor, closing_minor, line_count, matched_count, break_count, create_time, 'all'
FROM bank_statement_before;

CREATE TABLE bank_statement_line (
    agency text NOT NULL,
    statement_id uuid NOT NULL,
    -- The place of the line in its statement, from 1 on.
    number bigint NOT NULL,
    bank_code text NOT NULL,
    reference text NOT NULL,
    flow text NOT NULL CHECK (flow IN ('in', 'out')),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    order_id uuid,
    rail_file_id uuid,
    PRIMARY KEY (statement_id, number),
    FOREIGN KEY (agency, statement_id) REFERENCES bank_statement (agency, statement_id)
        DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO bank_statement_line SELECT agency, statement_id, number, bank_code, reference, flow,
    amount_minor, NULL, NULL FROM bank_statement_line_before;
CREATE INDEX bank_statement_line_by_reference ON bank_statement_line (agency, bank_code, reference);
CREATE INDEX bank_statement_line_by_order ON bank_statement_line (agency, order_id)
WHERE order_id IS NOT NULL;
CREATE INDEX bank_statement_line_by_file ON bank_statement_line (agency, rail_file_id)
WHERE rail_file_id IS NOT NULL;

-- A break may be corrected in the books, until the bank mends what it did.
CREATE TABLE reconciliation_break (
    break_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    statement_id uuid NOT NULL,
    bank_code text NOT NULL,
    day text NOT NULL,
    kind text NOT NULL CONSTRAINT break_kind CHECK (kind IN
        ('missing_here', 'missing_there', 'amount_differs', 'booked_twice', 'unnumbered')),
    reference text NOT NULL,
    flow text NOT NULL CHECK (flow IN ('in', 'out')),
    currency text NOT NULL,
    booked_minor bigint,
    recorded_minor bigint,
    state text NOT NULL CHECK (state IN ('open', 'proposed', 'resolved')),
    resolution text CONSTRAINT break_resolution CHECK (resolution IN ('matched', 'suspense', 'charge',
        'explained', 'claim', 'excess', 'corrected', 'identified')),
    reason text NOT NULL,
    proposed_by text NOT NULL,
    confirmed_by text NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    -- Of which account, where that is known.
    account text CHECK (account IN ('collection', 'disbursement', 'vouchers')),
    recorded_flow text CHECK (recorded_flow IN ('in', 'out')),
    -- The line of its statement, the movement or the envelope that it is about, and of how many orders.
    line_number bigint,
    movement_id uuid,
    envelope_id uuid,
    order_count bigint NOT NULL DEFAULT 0,
    -- The bank's number that somebody found, and the break that this one mends.
    found_bank text,
    found_reference text,
    earlier_break_id uuid,
    -- When the bank had mended it.
    settle_time timestamptz,
    CHECK ((state = 'open') = (resolution IS NULL)),
    CHECK ((state = 'resolved') = (confirmed_by <> '')),
    CHECK (confirmed_by <> proposed_by OR state = 'open'),
    FOREIGN KEY (agency, statement_id) REFERENCES bank_statement (agency, statement_id)
        DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO reconciliation_break SELECT break_id, agency, statement_id, bank_code, day, kind,
    reference, flow, currency, booked_minor, recorded_minor, state, resolution, reason, proposed_by,
    confirmed_by, create_time, update_time, NULL,
    CASE WHEN recorded_minor IS NOT NULL THEN flow END, NULL,
    CASE kind WHEN 'missing_there' THEN (SELECT movement_id FROM bank_movement
        WHERE bank_movement.agency = shown.agency AND bank_movement.bank_code = shown.bank_code
        AND bank_reference = reference) END,
    NULL, 0, NULL, NULL, NULL, CASE state WHEN 'resolved' THEN update_time END
FROM reconciliation_break_before AS shown;
CREATE INDEX break_by_state ON reconciliation_break (agency, state, day);
CREATE INDEX break_newest ON reconciliation_break (agency, break_id);
CREATE INDEX break_of_statement ON reconciliation_break (agency, statement_id);
-- Those that the bank may still mend, and those that a late report may.
CREATE INDEX break_waiting ON reconciliation_break (agency, bank_code, kind, reference)
WHERE settle_time IS NULL;
CREATE INDEX break_of_envelope ON reconciliation_break (envelope_id)
WHERE settle_time IS NULL AND envelope_id IS NOT NULL;

DROP TABLE reconciliation_break_before;
DROP TABLE bank_statement_line_before;
DROP TABLE bank_statement_before;
-- What was imported stays as it is.
CREATE TRIGGER bank_statement_stays BEFORE UPDATE ON bank_statement
BEGIN SELECT RAISE(ABORT, 'a row of bank_statement stays as it is'); END;
CREATE TRIGGER bank_statement_remains BEFORE DELETE ON bank_statement
BEGIN SELECT RAISE(ABORT, 'a row of bank_statement stays as it is'); END;
CREATE TRIGGER statement_line_stays BEFORE UPDATE ON bank_statement_line
BEGIN SELECT RAISE(ABORT, 'a row of bank_statement_line stays as it is'); END;
CREATE TRIGGER statement_line_remains BEFORE DELETE ON bank_statement_line
BEGIN SELECT RAISE(ABORT, 'a row of bank_statement_line stays as it is'); END;

-- Held while a statement is imported or a day closed, so that each sees what the other did.
CREATE TABLE reconciling (
    agency text NOT NULL PRIMARY KEY
);
