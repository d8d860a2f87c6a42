-- What instances can be found by, as their authors say: values as keyed hashes.
CREATE TABLE attribute (
    agency text NOT NULL,
    instance_id uuid NOT NULL REFERENCES instance (id),
    -- The name of the workflow, of whatever namespace and version.
    workflow text NOT NULL,
    name text NOT NULL,
    value bytea NOT NULL,
    PRIMARY KEY (instance_id, name)
);
CREATE INDEX attribute_by_value ON attribute (agency, workflow, name, value, instance_id);

-- To list the instances of one workflow, and those that failed.
CREATE INDEX instance_by_name ON instance (agency, name, id);
CREATE INDEX instance_faulted ON instance (agency, id) WHERE state = 'faulted';
