-- What services outside the blocks say of themselves; a set is never changed.
CREATE TABLE descriptor_set (
    id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('proto', 'openapi')),
    -- SHA-256 of the content.
    digest bytea NOT NULL,
    content bytea NOT NULL,
    create_time timestamptz NOT NULL,
    UNIQUE (agency, name)
);
CREATE INDEX descriptor_set_by_agency ON descriptor_set (agency, id);

-- The sets that a definition was checked against; it runs with these and no others.
CREATE TABLE definition_descriptor_set (
    agency text NOT NULL,
    definition_id uuid NOT NULL REFERENCES definition (id),
    descriptor_set_id uuid NOT NULL REFERENCES descriptor_set (id),
    PRIMARY KEY (definition_id, descriptor_set_id)
);
