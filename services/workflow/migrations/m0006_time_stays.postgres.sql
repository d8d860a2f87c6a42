-- What was published, computed or happened stays as it is.
CREATE FUNCTION stays_as_it_is() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of % stays as it is', TG_TABLE_NAME;
END $$;

CREATE TRIGGER calendar_version_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON calendar_version
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
CREATE TRIGGER calendar_entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON calendar_entry
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
CREATE TRIGGER computation_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON computation
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
CREATE TRIGGER deadline_entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON deadline_entry
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
