-- What a first person said stays as it was said.
CREATE TRIGGER stop_stays BEFORE UPDATE OF stop_id, agency, envelope_id, requested_by, reason,
    request_time ON stop
BEGIN SELECT RAISE(ABORT, 'what was said stays as it was said'); END;
CREATE TRIGGER stop_remains BEFORE DELETE ON stop
BEGIN SELECT RAISE(ABORT, 'what was said stays as it was said'); END;
-- So does what ended it.
CREATE TRIGGER stop_stays_ended BEFORE UPDATE ON stop
WHEN OLD.confirm_time IS NOT NULL OR OLD.lapse_time IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'what ended stays ended'); END;
