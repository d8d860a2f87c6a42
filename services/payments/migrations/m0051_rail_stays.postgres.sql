-- What was written for a bank and what it reported stay as they are.
CREATE TRIGGER rail_file_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON rail_file
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
CREATE TRIGGER rail_order_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON rail_order
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
CREATE TRIGGER rail_report_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON rail_report
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
