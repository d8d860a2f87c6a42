-- Which instance runs this one as a child.
ALTER TABLE instance ADD COLUMN parent_id uuid;
CREATE INDEX instance_by_parent ON instance (agency, parent_id) WHERE parent_id IS NOT NULL;

-- How children ended whose parents did not look at it yet.
CREATE TABLE child_end (
    agency text NOT NULL,
    parent_id uuid NOT NULL REFERENCES instance (id),
    -- Not necessarily an instance: a child that could not be started has an end, too.
    child_id uuid NOT NULL,
    -- The sealed output or error.
    outcome bytea NOT NULL,
    PRIMARY KEY (parent_id, child_id)
);
