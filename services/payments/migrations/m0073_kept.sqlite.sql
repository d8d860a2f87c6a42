-- What was imported or closed stays as it is.
CREATE TRIGGER bank_statement_stays BEFORE UPDATE ON bank_statement
BEGIN SELECT RAISE(ABORT, 'a row of bank_statement stays as it is'); END;
CREATE TRIGGER bank_statement_remains BEFORE DELETE ON bank_statement
BEGIN SELECT RAISE(ABORT, 'a row of bank_statement stays as it is'); END;
CREATE TRIGGER statement_line_stays BEFORE UPDATE ON bank_statement_line
BEGIN SELECT RAISE(ABORT, 'a row of bank_statement_line stays as it is'); END;
CREATE TRIGGER statement_line_remains BEFORE DELETE ON bank_statement_line
BEGIN SELECT RAISE(ABORT, 'a row of bank_statement_line stays as it is'); END;
CREATE TRIGGER closed_day_stays BEFORE UPDATE ON closed_day
BEGIN SELECT RAISE(ABORT, 'a row of closed_day stays as it is'); END;
CREATE TRIGGER closed_day_remains BEFORE DELETE ON closed_day
BEGIN SELECT RAISE(ABORT, 'a row of closed_day stays as it is'); END;
