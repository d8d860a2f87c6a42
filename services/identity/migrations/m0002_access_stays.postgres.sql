CREATE FUNCTION access_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the access log only grows';
END $$;
CREATE TRIGGER access_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON access
FOR EACH STATEMENT EXECUTE FUNCTION access_refuses();
