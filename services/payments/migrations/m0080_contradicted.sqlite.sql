-- Whether the rail says otherwise than what is recorded, and no two people decided since. The table is
-- made anew, because what was given again (CHECK (replaced_by IS NULL OR retry_safe)) may turn out to
-- have been paid.
ALTER TABLE instruction RENAME TO instruction_before;
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
    contradicted boolean NOT NULL DEFAULT FALSE,
    CHECK ((state = 'failed') = (reason IS NOT NULL)),
    CHECK (NOT retry_safe OR state = 'failed'),
    CHECK (NOT contradicted OR state IN ('paid', 'failed')),
    PRIMARY KEY (envelope_id, instruction_id),
    UNIQUE (envelope_id, reference, attempt)
);
INSERT INTO instruction (agency, envelope_id, instruction_id, reference, attempt, person_key, name_key,
                         amount_minor, narration, digest, state, findings, reason, retry_safe,
                         rail_reference, outcome_time, retry_of, retry_time, replaced_by)
SELECT agency, envelope_id, instruction_id, reference, attempt, person_key, name_key,
       amount_minor, narration, digest, state, findings, reason, retry_safe,
       rail_reference, outcome_time, retry_of, retry_time, replaced_by
FROM instruction_before;
DROP TABLE instruction_before;
CREATE INDEX instruction_of_person ON instruction (person_key);
-- Few ever are.
CREATE INDEX instruction_contradicted ON instruction (agency, envelope_id, instruction_id)
WHERE contradicted;
CREATE INDEX late_answer_contradicts ON late_answer (instruction_id, late_answer_id) WHERE contradicts;
UPDATE instruction SET contradicted = TRUE, retry_safe = FALSE FROM late_answer
WHERE late_answer.contradicts AND late_answer.agency = instruction.agency
AND late_answer.envelope_id = instruction.envelope_id
AND late_answer.instruction_id = instruction.instruction_id
AND instruction.state IN ('paid', 'failed') AND late_answer.outcome <> instruction.state;
CREATE TRIGGER instruction_stays BEFORE UPDATE OF agency, envelope_id, instruction_id, reference,
    attempt, person_key, name_key, amount_minor, narration, digest, retry_of ON instruction
BEGIN SELECT RAISE(ABORT, 'what an instruction asks for stays as it is'); END;
CREATE TRIGGER instruction_remains BEFORE DELETE ON instruction
BEGIN SELECT RAISE(ABORT, 'an instruction remains'); END;
