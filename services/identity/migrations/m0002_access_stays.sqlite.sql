CREATE TRIGGER access_stays BEFORE UPDATE ON access
BEGIN SELECT RAISE(ABORT, 'the access log only grows'); END;
CREATE TRIGGER access_remains BEFORE DELETE ON access
BEGIN SELECT RAISE(ABORT, 'the access log only grows'); END;
