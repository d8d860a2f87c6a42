-- What a first person said stays as it was said.
CREATE TRIGGER stop_stays BEFORE UPDATE OF stop_id, agency, envelope_id, requested_by, reason,
    request_time OR DELETE OR TRUNCATE ON stop
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
-- So does what ended it.
CREATE TRIGGER stop_stays_ended BEFORE UPDATE ON stop
FOR EACH ROW WHEN (OLD.confirm_time IS NOT NULL OR OLD.lapse_time IS NOT NULL)
EXECUTE FUNCTION stays_as_it_is();
