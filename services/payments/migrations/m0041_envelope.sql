-- Money that came in to be paid out, or went back unused. Never changed.
CREATE TABLE funding (
    funding_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('received', 'returned')),
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    -- The treasury's document.
    reference text NOT NULL,
    create_time timestamptz NOT NULL,
    UNIQUE (agency, reference)
);

-- What released envelopes still may pay out of the disbursement account.
CREATE TABLE fund (
    agency text NOT NULL,
    currency text NOT NULL,
    reserved_minor bigint NOT NULL CHECK (reserved_minor >= 0),
    PRIMARY KEY (agency, currency)
);

-- A mass payment: what a programme pays in one cycle.
CREATE TABLE envelope (
    envelope_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    programme text NOT NULL,
    cycle text NOT NULL,
    -- The directory in which its payees are found.
    source text NOT NULL,
    currency text NOT NULL,
    -- How many instructions there will be, and their sum, as the programme announced it.
    declared_count bigint NOT NULL CHECK (declared_count > 0),
    control_minor bigint NOT NULL CHECK (control_minor > 0),
    -- The limits as they were when it was made, so that a later setting does not change them.
    instruction_limit_minor bigint NOT NULL,
    limit_source text NOT NULL,
    pause_percent bigint NOT NULL,
    pause_after bigint NOT NULL,
    -- The programmes that exclude this one in a cycle, between spaces and with one at both ends.
    incompatible text NOT NULL,
    -- The wrapped key under which its narrations are sealed.
    narration_key bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'sealed', 'validating', 'validated', 'approved',
                                         'released', 'paused', 'completed', 'cancelled')),
    -- The sum of the digests of its instructions, whatever their order.
    content bytea NOT NULL,
    -- The last instruction that was validated, and the last that was taken to be sent.
    checked_after uuid,
    taken_after uuid,
    -- When validation began: an address that changed later is not what was approved.
    validate_time timestamptz,
    created_by text NOT NULL,
    released_by text,
    paused_by text,
    pause_reason text,
    -- How many were paid and how many failed when somebody last let it go on.
    known_paid bigint NOT NULL DEFAULT 0,
    known_failed bigint NOT NULL DEFAULT 0,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    UNIQUE (agency, envelope_id)
);
CREATE INDEX envelope_newest ON envelope (agency, envelope_id);
CREATE INDEX envelope_at_work ON envelope (state, envelope_id) WHERE state IN ('validating', 'released');
CREATE INDEX envelope_of_cycle ON envelope (agency, cycle, envelope_id);

-- The cycles of an agency: held while one of their envelopes is validated, so that two programmes
-- that pay the same person at the same time see each other.
CREATE TABLE cycle (
    agency text NOT NULL,
    cycle text NOT NULL,
    PRIMARY KEY (agency, cycle)
);

-- How many instructions of an envelope are in each state, and their sum.
CREATE TABLE tally (
    agency text NOT NULL,
    envelope_id uuid NOT NULL,
    state text NOT NULL,
    item_count bigint NOT NULL CHECK (item_count >= 0),
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    PRIMARY KEY (envelope_id, state),
    FOREIGN KEY (agency, envelope_id) REFERENCES envelope (agency, envelope_id)
);

-- Who approved which contents. Never changed.
CREATE TABLE approval (
    agency text NOT NULL,
    envelope_id uuid NOT NULL,
    contents_hash bytea NOT NULL,
    approver text NOT NULL,
    create_time timestamptz NOT NULL,
    PRIMARY KEY (envelope_id, contents_hash, approver),
    FOREIGN KEY (agency, envelope_id) REFERENCES envelope (agency, envelope_id)
);
