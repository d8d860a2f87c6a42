-- What people owe to agencies.
CREATE TABLE bill (
    bill_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    -- Banks know bills of all agencies by it.
    billing_code text NOT NULL UNIQUE,
    -- The payer as the agency knows that person: a name that means nothing to anybody else.
    payer_subject_id text NOT NULL,
    case_id uuid NOT NULL,
    -- What is charged, as JSON: the tariffs as they were on the day.
    lines text NOT NULL,
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    -- How much of it went back or is to go back.
    refunded_minor bigint NOT NULL CHECK (refunded_minor >= 0),
    state text NOT NULL CHECK (state IN ('open', 'paid', 'expired', 'cancelled')),
    expire_time timestamptz NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    version bigint NOT NULL,
    CHECK (refunded_minor <= amount_minor),
    CHECK (refunded_minor = 0 OR state = 'paid'),
    -- What refers to a bill names its agency too, so that no row can refer to another agency's.
    UNIQUE (agency, bill_id)
);
-- A case has one bill at a time that is open or paid.
CREATE UNIQUE INDEX bill_of_case ON bill (agency, case_id) WHERE state IN ('open', 'paid');
CREATE INDEX bill_by_case ON bill (agency, case_id, bill_id);
CREATE INDEX bill_due ON bill (expire_time, bill_id) WHERE state = 'open';
