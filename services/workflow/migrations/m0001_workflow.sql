-- The workflows as agencies wrote them; a version is never changed.
CREATE TABLE definition (
    id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    namespace text NOT NULL,
    name text NOT NULL,
    version text NOT NULL,
    title text NOT NULL,
    -- SHA-256 of the document.
    digest bytea NOT NULL,
    document text NOT NULL,
    create_time timestamptz NOT NULL,
    UNIQUE (agency, namespace, name, version)
);
CREATE INDEX definition_newest ON definition (agency, namespace, name, id);

-- The types of events that some workflow of an agency listens to; '*' is every type.
CREATE TABLE listened (
    agency text NOT NULL,
    type text NOT NULL,
    PRIMARY KEY (agency, type)
);

CREATE TABLE instance (
    id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    definition_id uuid NOT NULL REFERENCES definition (id),
    namespace text NOT NULL,
    name text NOT NULL,
    version text NOT NULL,
    case_id uuid,
    state text NOT NULL
        CHECK (state IN ('running', 'waiting', 'completed', 'faulted', 'cancelled')),
    -- Grows with each change of this row that a step under way must notice.
    revision bigint NOT NULL,
    -- Pointers of the tasks at which it stands, as a JSON array.
    positions text NOT NULL,
    -- The sealed continuation.
    continuation bytea NOT NULL,
    -- When it wants to be looked at next; never, once it is final.
    next_time timestamptz,
    lease_holder uuid,
    -- Grows with each new holder.
    lease_token bigint NOT NULL,
    lease_until timestamptz,
    traceparent text,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    CHECK (next_time IS NULL OR state IN ('running', 'waiting'))
);
CREATE INDEX instance_due ON instance (next_time) WHERE next_time IS NOT NULL;
CREATE INDEX instance_by_agency ON instance (agency, id);
CREATE INDEX instance_by_case ON instance (agency, case_id, id) WHERE case_id IS NOT NULL;

-- What happened; rows are added and never changed.
CREATE TABLE history (
    agency text NOT NULL,
    instance_id uuid NOT NULL REFERENCES instance (id),
    sequence bigint NOT NULL,
    kind text NOT NULL,
    task text NOT NULL,
    -- Sealed; null when there is none. Why an instance was cancelled is in somebody's own words.
    detail bytea,
    -- Problem details as JSON, sealed: the type of a raised error may be computed.
    problem bytea,
    time timestamptz NOT NULL,
    PRIMARY KEY (instance_id, sequence)
);

-- Calls: announced before they are sent, so that a crash leaves a call that is known.
CREATE TABLE intent (
    id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    instance_id uuid NOT NULL REFERENCES instance (id),
    task text NOT NULL,
    method text NOT NULL,
    -- The sealed request.
    request bytea NOT NULL,
    request_id uuid NOT NULL,
    safe boolean NOT NULL,
    deadline timestamptz,
    state text NOT NULL CHECK (state IN ('announced', 'answered', 'failed', 'abandoned')),
    create_time timestamptz NOT NULL,
    end_time timestamptz,
    CHECK ((state = 'announced') = (end_time IS NULL))
);
CREATE INDEX intent_open ON intent (instance_id) WHERE state = 'announced';

-- Who waits for which events.
CREATE TABLE subscription (
    id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    instance_id uuid NOT NULL REFERENCES instance (id),
    task text NOT NULL,
    -- '*' is every type.
    type text NOT NULL,
    -- Keyed hash of a value that the event must have; null when none is known.
    correlation bytea,
    create_time timestamptz NOT NULL
);
CREATE INDEX subscription_by_event ON subscription (agency, type, correlation);
CREATE INDEX subscription_by_instance ON subscription (instance_id);

-- Events that arrived, kept for those who listen later.
CREATE TABLE inbox (
    -- Made of source and id, so that an event is kept once.
    id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    type text NOT NULL,
    -- The sealed event.
    event bytea NOT NULL,
    receive_time timestamptz NOT NULL
);
CREATE INDEX inbox_by_type ON inbox (agency, type, receive_time);
CREATE INDEX inbox_by_age ON inbox (receive_time);

-- What an event can be looked up by: keyed hashes of its values.
CREATE TABLE inbox_key (
    agency text NOT NULL,
    correlation bytea NOT NULL,
    inbox_id uuid NOT NULL REFERENCES inbox (id) ON DELETE CASCADE,
    PRIMARY KEY (agency, correlation, inbox_id)
);
CREATE INDEX inbox_key_by_event ON inbox_key (inbox_id);

-- Events that an instance may wait for and has not yet looked at.
CREATE TABLE mail (
    agency text NOT NULL,
    instance_id uuid NOT NULL REFERENCES instance (id),
    inbox_id uuid NOT NULL REFERENCES inbox (id) ON DELETE CASCADE,
    PRIMARY KEY (instance_id, inbox_id)
);
CREATE INDEX mail_by_event ON mail (inbox_id);
