-- Fees that the law sets. A row is never changed: a new amount is a new row with a later first day.
CREATE TABLE tariff (
    tariff_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    code text NOT NULL,
    title_id text NOT NULL,
    title_en text NOT NULL,
    currency text NOT NULL,
    -- For one unit.
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    legal_basis text NOT NULL,
    -- The first day of effect in Asia/Jakarta, as YYYY-MM-DD.
    effective_from text NOT NULL,
    create_time timestamptz NOT NULL,
    UNIQUE (agency, code, effective_from)
);
CREATE INDEX tariff_newest ON tariff (agency, tariff_id);
