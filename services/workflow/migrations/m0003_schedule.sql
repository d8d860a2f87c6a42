-- What starts instances by itself: the newest version of each workflow that says so.
CREATE TABLE schedule (
    agency text NOT NULL,
    namespace text NOT NULL,
    name text NOT NULL,
    definition_id uuid NOT NULL REFERENCES definition (id),
    -- Since when intervals are counted.
    publish_time timestamptz NOT NULL,
    -- When the next instance starts; not by time, or not before the end of another, if there is none.
    next_time timestamptz,
    -- The instance whose end is waited for, and how long after it the next one starts.
    instance_id uuid,
    after_ms bigint,
    PRIMARY KEY (agency, namespace, name)
);
CREATE INDEX schedule_due ON schedule (next_time) WHERE next_time IS NOT NULL;
CREATE INDEX schedule_of_instance ON schedule (instance_id) WHERE instance_id IS NOT NULL;

-- The types of events that start instances of a workflow; '*' is every type.
CREATE TABLE starter (
    agency text NOT NULL,
    type text NOT NULL,
    namespace text NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (agency, type, namespace, name)
);
