-- What banks say about their accounts: one statement for each bank and day.
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
    UNIQUE (agency, statement_id),
    UNIQUE (agency, bank_code, day),
    UNIQUE (agency, bank_code, number)
);

CREATE TABLE bank_statement_line (
    agency text NOT NULL,
    statement_id uuid NOT NULL,
    -- The place of the line in its statement, from 1 on.
    number bigint NOT NULL,
    bank_code text NOT NULL,
    reference text NOT NULL,
    flow text NOT NULL CHECK (flow IN ('in', 'out')),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    PRIMARY KEY (statement_id, number),
    FOREIGN KEY (agency, statement_id) REFERENCES bank_statement (agency, statement_id)
);
CREATE INDEX bank_statement_line_by_reference ON bank_statement_line (agency, bank_code, reference);

-- Where a bank and the books differ.
CREATE TABLE reconciliation_break (
    break_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    statement_id uuid NOT NULL,
    bank_code text NOT NULL,
    day text NOT NULL,
    kind text NOT NULL
        CHECK (kind IN ('missing_here', 'missing_there', 'amount_differs', 'booked_twice')),
    reference text NOT NULL,
    flow text NOT NULL CHECK (flow IN ('in', 'out')),
    currency text NOT NULL,
    booked_minor bigint,
    recorded_minor bigint,
    state text NOT NULL CHECK (state IN ('open', 'proposed', 'resolved')),
    resolution text CHECK (resolution IN ('matched', 'suspense', 'charge', 'explained')),
    reason text NOT NULL,
    proposed_by text NOT NULL,
    confirmed_by text NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    CHECK ((state = 'open') = (resolution IS NULL)),
    CHECK ((state = 'resolved') = (confirmed_by <> '')),
    CHECK (confirmed_by <> proposed_by OR state = 'open'),
    FOREIGN KEY (agency, statement_id) REFERENCES bank_statement (agency, statement_id)
);
CREATE INDEX break_by_state ON reconciliation_break (agency, state, day);
