-- QR codes and account numbers that are shown to payers, and what is known of their payment.
CREATE TABLE collection (
    collection_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('qris', 'virtual_account')),
    provider text NOT NULL,
    number text NOT NULL,
    payload text NOT NULL,
    bill_id uuid,
    billing_code text,
    currency text,
    amount_minor bigint CHECK (amount_minor > 0),
    state text NOT NULL CHECK (state IN ('waiting', 'unknown', 'stuck', 'paid', 'ended')),
    inquiries bigint NOT NULL CHECK (inquiries >= 0),
    next_inquiry timestamptz,
    expire_time timestamptz,
    -- Sealed: a person wrote it, so it may speak of another.
    reason bytea,
    resolved_by text,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    CHECK ((bill_id IS NULL) = (billing_code IS NULL)),
    CHECK ((bill_id IS NULL) = (expire_time IS NULL)),
    CHECK ((currency IS NULL) = (amount_minor IS NULL)),
    CHECK (next_inquiry IS NULL OR state IN ('waiting', 'unknown')),
    CHECK ((reason IS NULL) = (resolved_by IS NULL)),
    FOREIGN KEY (agency, bill_id) REFERENCES bill (agency, bill_id),
    -- Providers know the collections of all agencies by it.
    UNIQUE (provider, number)
);
CREATE INDEX collection_of_bill ON collection (agency, bill_id, collection_id);
CREATE INDEX collection_by_state ON collection (agency, state, collection_id);
CREATE INDEX collection_due ON collection (next_inquiry, collection_id)
    WHERE next_inquiry IS NOT NULL;
-- An agency has one code for its counters with each provider.
CREATE UNIQUE INDEX collection_of_counter ON collection (agency, provider) WHERE bill_id IS NULL;
