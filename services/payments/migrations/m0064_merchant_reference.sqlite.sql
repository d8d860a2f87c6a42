-- What a bank paid to a merchant has a number of the bank as any other money that moves.
ALTER TABLE bank_reference RENAME TO bank_reference_before;
CREATE TABLE bank_reference (
    bank_code text NOT NULL,
    bank_reference text NOT NULL,
    -- Whose money it was.
    agency text NOT NULL,
    remittance_id uuid,
    refund_id uuid,
    suspense_id uuid,
    settlement_id uuid REFERENCES merchant_settlement (settlement_id),
    PRIMARY KEY (bank_code, bank_reference),
    CONSTRAINT bank_reference_has_one_use CHECK (
        (CASE WHEN remittance_id IS NULL THEN 0 ELSE 1 END)
        + (CASE WHEN refund_id IS NULL THEN 0 ELSE 1 END)
        + (CASE WHEN suspense_id IS NULL THEN 0 ELSE 1 END)
        + (CASE WHEN settlement_id IS NULL THEN 0 ELSE 1 END) = 1),
    FOREIGN KEY (agency, remittance_id) REFERENCES remittance (agency, remittance_id)
        DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (agency, refund_id) REFERENCES refund (agency, refund_id),
    FOREIGN KEY (agency, suspense_id) REFERENCES suspense (agency, suspense_id)
);
INSERT INTO bank_reference
    (bank_code, bank_reference, agency, remittance_id, refund_id, suspense_id)
SELECT bank_code, bank_reference, agency, remittance_id, refund_id, suspense_id
FROM bank_reference_before;
DROP TABLE bank_reference_before;
-- A number that was used for something else besides stays with that.
INSERT INTO bank_reference (bank_code, bank_reference, agency, settlement_id)
SELECT bank_code, bank_reference, agency, settlement_id FROM merchant_settlement WHERE true
ON CONFLICT DO NOTHING;
