-- What was used or handed on stays as it is.
CREATE TRIGGER credit_use_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_use
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
CREATE TRIGGER sweep_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON sweep
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
