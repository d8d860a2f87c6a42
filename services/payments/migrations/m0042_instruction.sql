-- The payments of an envelope, a million of them: few columns, fewer indexes. Rows are written only
-- while their envelope is held, so a foreign key for each row would only cost time.
CREATE TABLE instruction (
    agency text NOT NULL,
    envelope_id uuid NOT NULL,
    -- Also the id of the order to the rail.
    instruction_id uuid NOT NULL,
    -- The caller's own id of it.
    reference text NOT NULL,
    -- 1, and one more each time it is given again after a failure.
    attempt bigint NOT NULL DEFAULT 1 CHECK (attempt > 0),
    -- The keyed hash of the functional id; the id itself is not kept.
    person_key bytea NOT NULL,
    -- The keyed hash of the name, where the caller gave one.
    name_key bytea,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    -- Sealed under the key of the envelope.
    narration bytea NOT NULL,
    -- The keyed hash of person, name, amount and narration.
    digest bytea NOT NULL,
    state text NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'valid', 'invalid', 'sent',
                                                           'unknown', 'needs_person', 'paid', 'failed')),
    -- One bit for each finding of the validation.
    findings bigint NOT NULL DEFAULT 0,
    -- Why it failed.
    reason text,
    retry_safe boolean NOT NULL DEFAULT FALSE,
    -- The rail's own number of the payment.
    rail_reference text,
    outcome_time timestamptz,
    -- The instruction that it gives again, and when somebody asked for that.
    retry_of uuid,
    retry_time timestamptz,
    -- The instruction that gives it again.
    replaced_by uuid,
    CHECK ((state = 'failed') = (reason IS NOT NULL)),
    CHECK (NOT retry_safe OR state = 'failed'),
    CHECK (replaced_by IS NULL OR retry_safe),
    PRIMARY KEY (envelope_id, instruction_id),
    UNIQUE (envelope_id, reference, attempt)
);
CREATE INDEX instruction_of_person ON instruction (person_key);

-- Orders that were taken to be sent together: all up to the last one that the batch before left.
CREATE TABLE batch (
    batch_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    envelope_id uuid NOT NULL,
    first_id uuid NOT NULL,
    last_id uuid NOT NULL,
    item_count bigint NOT NULL CHECK (item_count > 0),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    -- When to ask about those that nobody spoke of; none once that was done.
    due_time timestamptz,
    FOREIGN KEY (agency, envelope_id) REFERENCES envelope (agency, envelope_id)
);
CREATE INDEX batch_due ON batch (due_time) WHERE due_time IS NOT NULL;

-- Orders to ask the rail about.
CREATE TABLE inquiry (
    instruction_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    envelope_id uuid NOT NULL,
    made bigint NOT NULL CHECK (made >= 0),
    due_time timestamptz NOT NULL
);
CREATE INDEX inquiry_due ON inquiry (due_time);

-- What was recorded and posted together; the ledger names it as the source. Never changed.
CREATE TABLE settlement (
    settlement_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    envelope_id uuid NOT NULL,
    paid_count bigint NOT NULL CHECK (paid_count >= 0),
    paid_minor bigint NOT NULL CHECK (paid_minor >= 0),
    failed_count bigint NOT NULL CHECK (failed_count >= 0),
    failed_minor bigint NOT NULL CHECK (failed_minor >= 0),
    create_time timestamptz NOT NULL,
    FOREIGN KEY (agency, envelope_id) REFERENCES envelope (agency, envelope_id)
);

-- Answers of a rail to what was settled before: they changed nothing. Never changed.
CREATE TABLE late_answer (
    late_answer_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    envelope_id uuid NOT NULL,
    instruction_id uuid NOT NULL,
    outcome text NOT NULL,
    -- Whether it says otherwise than what was recorded.
    contradicts boolean NOT NULL,
    reason text,
    rail_reference text,
    create_time timestamptz NOT NULL
);
CREATE INDEX late_answer_of_envelope ON late_answer (agency, envelope_id, late_answer_id);

-- What a first person says became of an order that no inquiry could tell; a second one confirms it.
CREATE TABLE resolution (
    instruction_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    envelope_id uuid NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('paid', 'failed')),
    -- The number of the payment, or the reason of the failure.
    evidence text NOT NULL,
    proposed_by text NOT NULL,
    confirmed_by text,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    CHECK (proposed_by <> confirmed_by)
);
