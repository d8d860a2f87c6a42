-- What was published, recorded or posted stays as it is.
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER entry_remains BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER remittance_stays BEFORE UPDATE ON remittance
BEGIN SELECT RAISE(ABORT, 'a remittance stays as it was recorded'); END;
CREATE TRIGGER remittance_remains BEFORE DELETE ON remittance
BEGIN SELECT RAISE(ABORT, 'a remittance stays as it was recorded'); END;
CREATE TRIGGER tariff_stays BEFORE UPDATE ON tariff
BEGIN SELECT RAISE(ABORT, 'a tariff stays as it was published'); END;
CREATE TRIGGER tariff_remains BEFORE DELETE ON tariff
BEGIN SELECT RAISE(ABORT, 'a tariff stays as it was published'); END;
