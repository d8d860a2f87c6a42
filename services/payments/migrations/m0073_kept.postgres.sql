-- What was imported or closed stays as it is.
CREATE TRIGGER bank_statement_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON bank_statement
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
CREATE TRIGGER statement_line_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON bank_statement_line
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
CREATE TRIGGER closed_day_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON closed_day
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
