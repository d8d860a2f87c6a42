-- Every message, without its text and address.
CREATE TABLE message (
    message_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    template_id uuid NOT NULL REFERENCES template (template_id),
    template_name text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('sms', 'email', 'inbox')),
    language text NOT NULL CHECK (language IN ('indonesian', 'english')),
    -- The person, as the agency knows that person.
    recipient text NOT NULL,
    case_id uuid,
    state text NOT NULL
        CHECK (state IN ('queued', 'sending', 'delivered', 'failed', 'expired')),
    attempt_count bigint NOT NULL,
    failure_reason text,
    -- Grows with each attempt, so that the answer to an earlier one is told apart.
    fence bigint NOT NULL,
    -- When to try next; of a message that is being sent: when its sender is given up.
    due_time timestamptz,
    expire_time timestamptz NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    -- When the person read it.
    read_time timestamptz,
    -- The trace of the request that it came with.
    traceparent text,
    CHECK ((due_time IS NOT NULL) = (state IN ('queued', 'sending'))),
    CHECK (channel <> 'inbox' OR state = 'delivered')
);
CREATE INDEX message_due ON message (agency, due_time) WHERE due_time IS NOT NULL;
CREATE INDEX message_list ON message (agency, message_id);
CREATE INDEX message_case ON message (agency, case_id, message_id) WHERE case_id IS NOT NULL;
CREATE INDEX message_inbox ON message (agency, recipient, message_id) WHERE channel = 'inbox';

-- What only the recipient should read; every column is sealed.
CREATE TABLE content (
    message_id uuid NOT NULL PRIMARY KEY REFERENCES message (message_id),
    agency text NOT NULL,
    -- None for the inbox.
    address bytea,
    -- What the caller filled in, as a JSON object.
    variables bytea NOT NULL,
    subject bytea NOT NULL,
    body bytea NOT NULL
);
