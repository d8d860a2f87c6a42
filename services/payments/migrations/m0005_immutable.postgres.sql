-- What was published, recorded or posted stays as it is.
CREATE FUNCTION stays_as_it_is() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of % stays as it is', TG_TABLE_NAME;
END $$;

CREATE TRIGGER entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON entry
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
CREATE TRIGGER remittance_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON remittance
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
CREATE TRIGGER tariff_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON tariff
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
