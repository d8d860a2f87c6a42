-- What moved a pool, was redeemed or was paid stays as it is.
CREATE TRIGGER pool_movement_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON pool_movement
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
CREATE TRIGGER redemption_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON redemption
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
CREATE TRIGGER merchant_settlement_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON merchant_settlement
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
