-- What is sent to an endpoint: one fact, once for each endpoint, however often it is tried.
CREATE TABLE webhook (
    webhook_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    endpoint_id uuid NOT NULL REFERENCES endpoint (endpoint_id),
    event_source text NOT NULL,
    event_id uuid NOT NULL,
    event_type text NOT NULL,
    body bytea NOT NULL,
    create_time timestamptz NOT NULL,
    UNIQUE (endpoint_id, event_source, event_id)
);

-- The way of each to one final state; an agency may ask for another way after that.
CREATE TABLE delivery (
    delivery_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    endpoint_id uuid NOT NULL REFERENCES endpoint (endpoint_id),
    webhook_id uuid NOT NULL REFERENCES webhook (webhook_id),
    -- As in the webhook, so that a list needs no look at the bodies.
    event_id uuid NOT NULL,
    event_type text NOT NULL,
    state text NOT NULL CHECK (state IN ('queued', 'sending', 'delivered', 'dead')),
    attempt_count bigint NOT NULL,
    failure_reason text,
    -- Grows with each attempt, so that the answer to an earlier one is told apart.
    fence bigint NOT NULL,
    -- When to try next; of a delivery that is being sent: when its sender is given up.
    due_time timestamptz,
    -- The delivery before this one of the same webhook, which may be forgotten by now.
    retry_of uuid UNIQUE,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    -- The trace of whatever caused the fact.
    traceparent text,
    CHECK ((due_time IS NOT NULL) = (state IN ('queued', 'sending')))
);
CREATE INDEX delivery_due ON delivery (endpoint_id, due_time) WHERE due_time IS NOT NULL;
CREATE INDEX delivery_list ON delivery (agency, endpoint_id, delivery_id);
-- For forgetting what is long over.
CREATE INDEX delivery_over ON delivery (update_time) WHERE due_time IS NULL;
CREATE INDEX delivery_webhook ON delivery (webhook_id);
CREATE INDEX webhook_age ON webhook (create_time);
