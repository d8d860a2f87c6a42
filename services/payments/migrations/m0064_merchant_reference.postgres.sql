-- What a bank paid to a merchant has a number of the bank as any other money that moves.
ALTER TABLE bank_reference
    ADD COLUMN settlement_id uuid REFERENCES merchant_settlement (settlement_id),
    DROP CONSTRAINT bank_reference_has_one_use,
    ADD CONSTRAINT bank_reference_has_one_use CHECK (
        (CASE WHEN remittance_id IS NULL THEN 0 ELSE 1 END)
        + (CASE WHEN refund_id IS NULL THEN 0 ELSE 1 END)
        + (CASE WHEN suspense_id IS NULL THEN 0 ELSE 1 END)
        + (CASE WHEN settlement_id IS NULL THEN 0 ELSE 1 END) = 1);
-- A number that was used for something else besides stays with that.
INSERT INTO bank_reference (bank_code, bank_reference, agency, settlement_id)
SELECT bank_code, bank_reference, agency, settlement_id FROM merchant_settlement WHERE true
ON CONFLICT DO NOTHING;
