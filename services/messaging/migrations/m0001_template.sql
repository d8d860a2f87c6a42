-- The names of templates: one row to hold while a version is published.
CREATE TABLE template_name (
    agency text NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (agency, name)
);

-- Every version of every template. Versions stay: messages refer to them.
CREATE TABLE template (
    template_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    name text NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    newest boolean NOT NULL,
    -- The names of the variables and their kinds, such as 'amount:amount valid_until:day'.
    variables text NOT NULL,
    sensitivity text NOT NULL CHECK (sensitivity IN ('public', 'case', 'personal', 'specific')),
    subject_indonesian text NOT NULL,
    subject_english text NOT NULL,
    body_indonesian text NOT NULL,
    body_english text NOT NULL,
    create_time timestamptz NOT NULL,
    UNIQUE (agency, name, version),
    FOREIGN KEY (agency, name) REFERENCES template_name (agency, name)
);
CREATE UNIQUE INDEX template_newest ON template (agency, name) WHERE newest;
CREATE INDEX template_list ON template (agency, template_id) WHERE newest;
