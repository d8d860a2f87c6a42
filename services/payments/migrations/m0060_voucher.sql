-- Money set aside for the vouchers of one group.
CREATE TABLE voucher_pool (
    pool_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    code text NOT NULL,
    currency text NOT NULL,
    -- What was put in, less what was taken out again.
    funded_minor bigint NOT NULL CHECK (funded_minor >= 0),
    available_minor bigint NOT NULL CHECK (available_minor >= 0),
    -- What vouchers promise and nobody has redeemed.
    outstanding_minor bigint NOT NULL CHECK (outstanding_minor >= 0),
    redeemed_minor bigint NOT NULL CHECK (redeemed_minor >= 0),
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    CHECK (funded_minor = available_minor + outstanding_minor + redeemed_minor),
    UNIQUE (agency, code),
    UNIQUE (agency, pool_id)
);

-- What was put into pools and taken out of them. Never changed.
CREATE TABLE pool_movement (
    movement_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    pool_id uuid NOT NULL,
    direction text NOT NULL CHECK (direction IN ('funded', 'drained')),
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    create_time timestamptz NOT NULL,
    FOREIGN KEY (agency, pool_id) REFERENCES voucher_pool (agency, pool_id)
);
CREATE INDEX movement_of_pool ON pool_movement (agency, pool_id, movement_id);

CREATE TABLE voucher (
    voucher_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    -- What everybody may know it by.
    serial_number text NOT NULL,
    -- The keyed hash of the secret number, which stands nowhere; gone once the voucher is purged.
    number_hash bytea,
    pool_id uuid NOT NULL,
    -- As in the pool, where it never changes.
    pool_code text NOT NULL,
    -- The vouchers that were made together; their money was promised in one posting.
    batch_id uuid NOT NULL,
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    redeemed_minor bigint NOT NULL CHECK (redeemed_minor >= 0),
    -- What went back to the pool when the voucher ended.
    returned_minor bigint NOT NULL CHECK (returned_minor >= 0),
    state text NOT NULL CHECK (state IN ('preactivated', 'activated', 'suspended', 'blocked',
        'redeemed', 'cancelled', 'expired', 'purged')),
    -- The keyed hash of the PIN.
    pin_hash bytea,
    -- How often it was wrong in a row.
    pin_failures int NOT NULL CHECK (pin_failures >= 0),
    -- Sealed: somebody wrote it, so it may speak of a person.
    comment bytea,
    expire_time timestamptz NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    CHECK (redeemed_minor + returned_minor <= amount_minor),
    CHECK (state IN ('preactivated', 'activated', 'suspended', 'blocked')
        OR redeemed_minor + returned_minor = amount_minor),
    CHECK ((number_hash IS NULL) = (state = 'purged')),
    FOREIGN KEY (agency, pool_id) REFERENCES voucher_pool (agency, pool_id),
    UNIQUE (agency, serial_number),
    UNIQUE (agency, number_hash),
    UNIQUE (agency, voucher_id)
);
CREATE INDEX voucher_newest ON voucher (agency, voucher_id);
CREATE INDEX voucher_of_pool ON voucher (agency, pool_id, voucher_id);
CREATE INDEX voucher_due ON voucher (expire_time, voucher_id)
    WHERE state IN ('preactivated', 'activated', 'suspended', 'blocked');

-- How often each caller showed a number or a PIN that was wrong, from the beginning of its window.
CREATE TABLE voucher_guess (
    agency text NOT NULL,
    caller text NOT NULL,
    window_start timestamptz NOT NULL,
    guesses bigint NOT NULL CHECK (guesses >= 0),
    PRIMARY KEY (agency, caller)
);
