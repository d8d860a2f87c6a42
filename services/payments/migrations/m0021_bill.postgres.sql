-- Bills that are paid in parts or by credits, that take the place of others, and several to a case.
ALTER TABLE bill ADD COLUMN paid_minor bigint NOT NULL DEFAULT 0 CHECK (paid_minor >= 0);
UPDATE bill SET paid_minor = amount_minor WHERE state = 'paid';
-- Tells bills apart that charge the same case for the same.
ALTER TABLE bill ADD COLUMN sequence bigint NOT NULL DEFAULT 1;
ALTER TABLE bill ADD COLUMN part_count bigint NOT NULL DEFAULT 0;
ALTER TABLE bill ADD COLUMN replaces_bill_id uuid;
ALTER TABLE bill ADD COLUMN replaced_by_bill_id uuid;

-- What each case is charged for by bills that are open or paid: once for the same.
CREATE TABLE charge (
    agency text NOT NULL,
    case_id uuid NOT NULL,
    tariff_code text NOT NULL,
    sequence bigint NOT NULL,
    bill_id uuid NOT NULL,
    PRIMARY KEY (agency, case_id, tariff_code, sequence),
    FOREIGN KEY (agency, bill_id) REFERENCES bill (agency, bill_id)
);
INSERT INTO charge (agency, case_id, tariff_code, sequence, bill_id)
SELECT DISTINCT agency, case_id, line.value ->> 'code', 1, bill_id
FROM bill, json_array_elements(CAST(bill.lines AS json)) AS line (value) WHERE state IN ('open', 'paid');
CREATE INDEX charge_of_bill ON charge (bill_id);
DROP INDEX bill_of_case;

-- Parts of bills, each with a code of its own.
CREATE TABLE part (
    part_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    bill_id uuid NOT NULL,
    number bigint NOT NULL,
    billing_code text NOT NULL UNIQUE,
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    due_time timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'overdue', 'paid', 'lapsed')),
    update_time timestamptz NOT NULL,
    FOREIGN KEY (agency, bill_id) REFERENCES bill (agency, bill_id),
    UNIQUE (bill_id, number)
);
CREATE INDEX part_due ON part (due_time, part_id) WHERE state = 'open';

-- Who pays less of a fee, and whether it can be paid in parts, as JSON.
ALTER TABLE tariff ADD COLUMN terms text NOT NULL DEFAULT '{}';
