-- What moved a pool, was redeemed or was paid stays as it is.
CREATE TRIGGER pool_movement_stays BEFORE UPDATE ON pool_movement
BEGIN SELECT RAISE(ABORT, 'a row of pool_movement stays as it is'); END;
CREATE TRIGGER pool_movement_remains BEFORE DELETE ON pool_movement
BEGIN SELECT RAISE(ABORT, 'a row of pool_movement stays as it is'); END;
CREATE TRIGGER redemption_stays BEFORE UPDATE ON redemption
BEGIN SELECT RAISE(ABORT, 'a row of redemption stays as it is'); END;
CREATE TRIGGER redemption_remains BEFORE DELETE ON redemption
BEGIN SELECT RAISE(ABORT, 'a row of redemption stays as it is'); END;
CREATE TRIGGER merchant_settlement_stays BEFORE UPDATE ON merchant_settlement
BEGIN SELECT RAISE(ABORT, 'a row of merchant_settlement stays as it is'); END;
CREATE TRIGGER merchant_settlement_remains BEFORE DELETE ON merchant_settlement
BEGIN SELECT RAISE(ABORT, 'a row of merchant_settlement stays as it is'); END;
