-- What was written for a bank and what it reported stay as they are.
CREATE TRIGGER rail_file_stays BEFORE UPDATE ON rail_file
BEGIN SELECT RAISE(ABORT, 'a file stays as it was written'); END;
CREATE TRIGGER rail_file_remains BEFORE DELETE ON rail_file
BEGIN SELECT RAISE(ABORT, 'a file stays as it was written'); END;
CREATE TRIGGER rail_order_stays BEFORE UPDATE ON rail_order
BEGIN SELECT RAISE(ABORT, 'an order stays in its file'); END;
CREATE TRIGGER rail_order_remains BEFORE DELETE ON rail_order
BEGIN SELECT RAISE(ABORT, 'an order stays in its file'); END;
CREATE TRIGGER rail_report_stays BEFORE UPDATE ON rail_report
BEGIN SELECT RAISE(ABORT, 'a report stays as it was imported'); END;
CREATE TRIGGER rail_report_remains BEFORE DELETE ON rail_report
BEGIN SELECT RAISE(ABORT, 'a report stays as it was imported'); END;
