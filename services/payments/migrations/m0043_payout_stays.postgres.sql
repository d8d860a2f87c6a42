-- Updates find room beside the row, and leave the indexes alone.
ALTER TABLE instruction SET (fillfactor = 60);

-- What an instruction asks for, who approved and what was posted stay as they are.
CREATE TRIGGER instruction_stays BEFORE UPDATE OF agency, envelope_id, instruction_id, reference,
    attempt, person_key, name_key, amount_minor, narration, digest, retry_of OR DELETE OR TRUNCATE
ON instruction FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
CREATE TRIGGER funding_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON funding
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
CREATE TRIGGER approval_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON approval
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
CREATE TRIGGER settlement_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON settlement
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
CREATE TRIGGER late_answer_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON late_answer
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
CREATE TRIGGER envelope_stays BEFORE UPDATE OF agency, envelope_id, programme, cycle, source, currency,
    declared_count, control_minor, instruction_limit_minor, limit_source, created_by OR DELETE OR TRUNCATE
ON envelope FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
