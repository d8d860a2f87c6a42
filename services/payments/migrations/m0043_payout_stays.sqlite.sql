-- What an instruction asks for, who approved and what was posted stay as they are.
CREATE TRIGGER instruction_stays BEFORE UPDATE OF agency, envelope_id, instruction_id, reference,
    attempt, person_key, name_key, amount_minor, narration, digest, retry_of ON instruction
BEGIN SELECT RAISE(ABORT, 'what an instruction asks for stays as it is'); END;
CREATE TRIGGER instruction_remains BEFORE DELETE ON instruction
BEGIN SELECT RAISE(ABORT, 'an instruction remains'); END;
CREATE TRIGGER funding_stays BEFORE UPDATE ON funding
BEGIN SELECT RAISE(ABORT, 'a funding stays as it was recorded'); END;
CREATE TRIGGER funding_remains BEFORE DELETE ON funding
BEGIN SELECT RAISE(ABORT, 'a funding stays as it was recorded'); END;
CREATE TRIGGER approval_stays BEFORE UPDATE ON approval
BEGIN SELECT RAISE(ABORT, 'an approval stays as it was given'); END;
CREATE TRIGGER approval_remains BEFORE DELETE ON approval
BEGIN SELECT RAISE(ABORT, 'an approval stays as it was given'); END;
CREATE TRIGGER settlement_stays BEFORE UPDATE ON settlement
BEGIN SELECT RAISE(ABORT, 'a settlement stays as it was posted'); END;
CREATE TRIGGER settlement_remains BEFORE DELETE ON settlement
BEGIN SELECT RAISE(ABORT, 'a settlement stays as it was posted'); END;
CREATE TRIGGER late_answer_stays BEFORE UPDATE ON late_answer
BEGIN SELECT RAISE(ABORT, 'an answer stays as it was given'); END;
CREATE TRIGGER late_answer_remains BEFORE DELETE ON late_answer
BEGIN SELECT RAISE(ABORT, 'an answer stays as it was given'); END;
CREATE TRIGGER envelope_stays BEFORE UPDATE OF agency, envelope_id, programme, cycle, source, currency,
    declared_count, control_minor, instruction_limit_minor, limit_source, created_by ON envelope
BEGIN SELECT RAISE(ABORT, 'what an envelope announced stays as it is'); END;
CREATE TRIGGER envelope_remains BEFORE DELETE ON envelope
BEGIN SELECT RAISE(ABORT, 'an envelope remains'); END;
