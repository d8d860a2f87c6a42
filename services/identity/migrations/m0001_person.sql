-- The people of the population register, each once, whichever agency brought them in.
CREATE TABLE person (
    person_id uuid NOT NULL PRIMARY KEY,
    -- The agency that last brought the person in or up to date.
    agency text NOT NULL,
    -- The keyed hash of the NIK, by which a person is looked up.
    nik_hash bytea NOT NULL UNIQUE,
    -- What the subject ids are made of; it never leaves this block.
    root uuid NOT NULL UNIQUE,
    -- The person's own key, wrapped by the master key: without it the attributes never open again.
    person_key bytea NOT NULL,
    attributes bytea NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL
);

-- The names by which each agency knows people.
CREATE TABLE subject (
    agency text NOT NULL,
    subject_id text NOT NULL,
    person_id uuid NOT NULL REFERENCES person (person_id),
    PRIMARY KEY (agency, subject_id),
    UNIQUE (agency, person_id)
);

-- Every look at a person's data. It only grows.
CREATE TABLE access (
    access_id uuid NOT NULL PRIMARY KEY,
    -- The agency that looked, and its client.
    agency text NOT NULL,
    caller text NOT NULL,
    person_id uuid NOT NULL REFERENCES person (person_id),
    kind text NOT NULL CHECK (kind IN ('resolved', 'matched', 'age_proven', 'read', 'imported')),
    -- The attributes that were compared or read, parted by spaces.
    attributes text NOT NULL,
    purpose text,
    legal_basis text,
    case_id uuid,
    time timestamptz NOT NULL,
    CHECK (
        (kind = 'imported' AND purpose IS NULL AND legal_basis IS NULL AND case_id IS NULL)
        OR (kind <> 'imported' AND purpose IS NOT NULL AND legal_basis IS NOT NULL
            AND case_id IS NOT NULL)
    )
);
CREATE INDEX access_by_person ON access (person_id, access_id);
