-- What was published, computed or happened stays as it is.
CREATE TRIGGER calendar_version_stays BEFORE UPDATE ON calendar_version
BEGIN SELECT RAISE(ABORT, 'a version of a calendar stays as it was'); END;
CREATE TRIGGER calendar_version_remains BEFORE DELETE ON calendar_version
BEGIN SELECT RAISE(ABORT, 'a version of a calendar stays as it was'); END;
CREATE TRIGGER calendar_entry_stays BEFORE UPDATE ON calendar_entry
BEGIN SELECT RAISE(ABORT, 'what a calendar published stays as it was'); END;
CREATE TRIGGER calendar_entry_remains BEFORE DELETE ON calendar_entry
BEGIN SELECT RAISE(ABORT, 'what a calendar published stays as it was'); END;
CREATE TRIGGER computation_stays BEFORE UPDATE ON computation
BEGIN SELECT RAISE(ABORT, 'a computation stays as it was'); END;
CREATE TRIGGER computation_remains BEFORE DELETE ON computation
BEGIN SELECT RAISE(ABORT, 'a computation stays as it was'); END;
CREATE TRIGGER deadline_entry_stays BEFORE UPDATE ON deadline_entry
BEGIN SELECT RAISE(ABORT, 'what happened to a deadline stays as it was'); END;
CREATE TRIGGER deadline_entry_remains BEFORE DELETE ON deadline_entry
BEGIN SELECT RAISE(ABORT, 'what happened to a deadline stays as it was'); END;
