-- Whether the rail says otherwise than what is recorded, and no two people decided since.
ALTER TABLE instruction ADD COLUMN contradicted boolean NOT NULL DEFAULT FALSE;
ALTER TABLE instruction ADD CONSTRAINT instruction_contradicted_at_its_end
    CHECK (NOT contradicted OR state IN ('paid', 'failed'));
-- What was given again (CHECK (replaced_by IS NULL OR retry_safe)) may turn out to have been paid.
ALTER TABLE instruction DROP CONSTRAINT instruction_check2;
-- Few ever are.
CREATE INDEX instruction_contradicted ON instruction (agency, envelope_id, instruction_id)
WHERE contradicted;
CREATE INDEX late_answer_contradicts ON late_answer (instruction_id, late_answer_id) WHERE contradicts;
UPDATE instruction SET contradicted = TRUE, retry_safe = FALSE FROM late_answer
WHERE late_answer.contradicts AND late_answer.agency = instruction.agency
AND late_answer.envelope_id = instruction.envelope_id
AND late_answer.instruction_id = instruction.instruction_id
AND instruction.state IN ('paid', 'failed') AND late_answer.outcome <> instruction.state;
