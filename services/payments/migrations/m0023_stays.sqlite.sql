-- What was used or handed on stays as it is.
CREATE TRIGGER credit_use_stays BEFORE UPDATE ON credit_use
BEGIN SELECT RAISE(ABORT, 'a use of a credit stays as it was'); END;
CREATE TRIGGER credit_use_remains BEFORE DELETE ON credit_use
BEGIN SELECT RAISE(ABORT, 'a use of a credit stays as it was'); END;
CREATE TRIGGER sweep_stays BEFORE UPDATE ON sweep
BEGIN SELECT RAISE(ABORT, 'what was handed on stays as it was'); END;
CREATE TRIGGER sweep_remains BEFORE DELETE ON sweep
BEGIN SELECT RAISE(ABORT, 'what was handed on stays as it was'); END;
