-- The facts that this block records for others.
CREATE TABLE event (
    -- The order in which the rows were written.
    number integer PRIMARY KEY AUTOINCREMENT,
    event_id uuid NOT NULL UNIQUE,
    -- The order in which they were committed; given by the first reader who sees the row.
    position bigint UNIQUE,
    agency text NOT NULL,
    subject uuid NOT NULL,
    -- The full name of the message in `data`.
    type text NOT NULL,
    data bytea NOT NULL,
    time timestamptz NOT NULL,
    traceparent text
);
CREATE INDEX event_unnumbered ON event (number) WHERE position IS NULL;
CREATE INDEX event_by_subject ON event (agency, subject, position);

-- The last position given: one row, locked by whoever gives the next.
CREATE TABLE event_head (
    head bigint NOT NULL PRIMARY KEY CHECK (head = 1),
    position bigint NOT NULL
);
INSERT INTO event_head VALUES (1, 0);

-- How far this block has dealt with the logs of others.
CREATE TABLE followed (
    log text NOT NULL PRIMARY KEY,
    position bigint NOT NULL
);
