-- Those who take vouchers.
CREATE TABLE merchant (
    merchant_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    -- Sealed: a shop is often called after its owner.
    name bytea NOT NULL,
    -- Sealed.
    bank_details bytea NOT NULL,
    -- The keyed hash of both.
    identity_hash bytea NOT NULL,
    create_time timestamptz NOT NULL,
    UNIQUE (agency, identity_hash),
    UNIQUE (agency, merchant_id)
);

-- Whose vouchers a merchant takes.
CREATE TABLE merchant_group (
    agency text NOT NULL,
    merchant_id uuid NOT NULL,
    pool_code text NOT NULL,
    PRIMARY KEY (agency, merchant_id, pool_code),
    FOREIGN KEY (agency, merchant_id) REFERENCES merchant (agency, merchant_id)
);

-- What a merchant redeemed and was not yet paid.
CREATE TABLE merchant_balance (
    agency text NOT NULL,
    merchant_id uuid NOT NULL,
    currency text NOT NULL,
    owed_minor bigint NOT NULL CHECK (owed_minor >= 0),
    PRIMARY KEY (agency, merchant_id, currency),
    FOREIGN KEY (agency, merchant_id) REFERENCES merchant (agency, merchant_id)
);

-- Money of vouchers that merchants are owed. Never changed.
CREATE TABLE redemption (
    redemption_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    voucher_id uuid NOT NULL,
    serial_number text NOT NULL,
    merchant_id uuid NOT NULL,
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    remaining_minor bigint NOT NULL CHECK (remaining_minor >= 0),
    create_time timestamptz NOT NULL,
    FOREIGN KEY (agency, voucher_id) REFERENCES voucher (agency, voucher_id),
    FOREIGN KEY (agency, merchant_id) REFERENCES merchant (agency, merchant_id)
);
CREATE INDEX redemption_of_voucher ON redemption (agency, voucher_id);
CREATE INDEX redemption_of_merchant ON redemption (agency, merchant_id, redemption_id);

-- What merchants were paid. Never changed.
CREATE TABLE merchant_settlement (
    settlement_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    merchant_id uuid NOT NULL,
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    bank_code text NOT NULL,
    bank_reference text NOT NULL,
    create_time timestamptz NOT NULL,
    FOREIGN KEY (agency, merchant_id) REFERENCES merchant (agency, merchant_id),
    UNIQUE (bank_code, bank_reference)
);
