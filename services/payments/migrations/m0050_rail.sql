-- Files of orders that were written for a bank.
CREATE TABLE rail_file (
    rail_file_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    -- What the bank's reports call it.
    name text NOT NULL,
    envelope_id uuid NOT NULL,
    order_count bigint NOT NULL CHECK (order_count > 0),
    -- The sum of its amounts as a decimal number, as the file itself says it.
    control_sum text NOT NULL,
    -- The file, sealed: it names people and their accounts.
    content bytea NOT NULL,
    create_time timestamptz NOT NULL,
    UNIQUE (agency, name),
    UNIQUE (agency, rail_file_id)
);
CREATE INDEX rail_file_newest ON rail_file (agency, rail_file_id);

-- The orders in those files: an order is in one file, for ever. One without a file never left, and
-- never will: whoever was about to write it comes too late.
CREATE TABLE rail_order (
    agency text NOT NULL,
    order_id uuid NOT NULL PRIMARY KEY,
    rail_file_id uuid,
    end_to_end text NOT NULL,
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    FOREIGN KEY (agency, rail_file_id) REFERENCES rail_file (agency, rail_file_id),
    UNIQUE (agency, end_to_end)
);
CREATE INDEX rail_order_of_file ON rail_order (rail_file_id);

-- What banks reported about them; each message is taken once.
CREATE TABLE rail_report (
    rail_report_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    content_hash bytea NOT NULL,
    kind text NOT NULL CHECK (kind IN ('pain.002', 'camt.054')),
    -- The bank's own name for it.
    message text NOT NULL,
    create_time timestamptz NOT NULL,
    UNIQUE (agency, content_hash)
);

-- How many orders the rail may be given just now, and since when it has been counted; one row.
CREATE TABLE rail_pace (
    agency text NOT NULL,
    rail text NOT NULL,
    allowance bigint NOT NULL CHECK (allowance >= 0),
    since timestamptz NOT NULL,
    PRIMARY KEY (agency, rail)
);

-- The memory of the sandbox: what it was given, how often, and what it makes of it.
CREATE TABLE sandbox_order (
    agency text NOT NULL,
    end_to_end text NOT NULL,
    order_id uuid NOT NULL,
    envelope_id uuid NOT NULL,
    behaviour text NOT NULL,
    currency text NOT NULL,
    amount_minor bigint NOT NULL,
    -- More than 1 would be a double payment.
    given_count bigint NOT NULL,
    inquiry_count bigint NOT NULL,
    -- Whether it answered by itself.
    told boolean NOT NULL,
    give_time timestamptz NOT NULL,
    PRIMARY KEY (agency, end_to_end),
    UNIQUE (agency, order_id)
);
CREATE INDEX sandbox_order_late ON sandbox_order (give_time) WHERE behaviour = 'late' AND NOT told;
