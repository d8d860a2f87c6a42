-- A version of a service as an agency published it; it never changes.
CREATE TABLE service (
    id uuid PRIMARY KEY,
    agency text NOT NULL,
    name text NOT NULL,
    major bigint NOT NULL,
    minor bigint NOT NULL,
    patch bigint NOT NULL,
    definition text NOT NULL,
    create_time timestamptz NOT NULL,
    UNIQUE (agency, name, major, minor, patch),
    -- What refers to a row names its agency too, so that no row can refer to another agency's.
    UNIQUE (agency, id)
);

-- What a person asks of a service. Answers and findings are sealed.
CREATE TABLE application (
    id uuid PRIMARY KEY,
    agency text NOT NULL,
    service_id uuid NOT NULL,
    service_name text NOT NULL,
    applicant text NOT NULL,
    answers bytea NOT NULL,
    findings bytea NOT NULL,
    state text NOT NULL CHECK (
        state IN ('draft', 'submitted', 'approved', 'granted', 'refused', 'withdrawn', 'lapsed')
    ),
    create_time timestamptz NOT NULL,
    submit_time timestamptz,
    update_time timestamptz NOT NULL,
    revision bigint NOT NULL,
    CHECK (submit_time IS NOT NULL OR state IN ('draft', 'withdrawn', 'lapsed')),
    FOREIGN KEY (agency, service_id) REFERENCES service (agency, id),
    UNIQUE (agency, id)
);

-- A person has one application at a time with one service.
CREATE UNIQUE INDEX application_pending ON application (agency, service_name, applicant)
    WHERE state IN ('submitted', 'approved');

-- What one officer proposed and another confirmed or returned. Findings and notes are sealed.
CREATE TABLE decision (
    id uuid PRIMARY KEY,
    agency text NOT NULL,
    application_id uuid NOT NULL,
    task_id uuid NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('grant', 'refuse')),
    content bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('proposed', 'confirmed', 'returned')),
    proposed_by text NOT NULL,
    decided_by text,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    CHECK (state <> 'proposed' OR decided_by IS NULL),
    -- One may be returned by nobody, when its application is closed.
    CHECK (state <> 'confirmed' OR decided_by IS NOT NULL),
    CHECK (decided_by IS NULL OR decided_by <> proposed_by),
    FOREIGN KEY (agency, application_id) REFERENCES application (agency, id),
    UNIQUE (agency, id)
);

-- An application has one decision that waits or has effect.
CREATE UNIQUE INDEX decision_standing ON decision (agency, application_id)
    WHERE state IN ('proposed', 'confirmed');

-- Work for officers. Whoever proposed a decision never has the task of confirming it.
CREATE TABLE task (
    id uuid PRIMARY KEY,
    agency text NOT NULL,
    application_id uuid NOT NULL,
    service_name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('check', 'propose_decision', 'confirm_decision')),
    role text NOT NULL,
    -- Sealed as the note is: a workflow may put an applicant's name into it.
    title bytea NOT NULL,
    decision_id uuid,
    barred_officer text,
    state text NOT NULL CHECK (state IN ('open', 'claimed', 'completed', 'cancelled')),
    officer text,
    outcome text NOT NULL,
    note bytea NOT NULL,
    due_time timestamptz,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    CHECK ((kind = 'confirm_decision') = (decision_id IS NOT NULL)),
    CHECK ((kind = 'confirm_decision') = (barred_officer IS NOT NULL)),
    CHECK ((state IN ('claimed', 'completed')) = (officer IS NOT NULL)),
    CHECK (officer IS NULL OR barred_officer IS NULL OR officer <> barred_officer),
    FOREIGN KEY (agency, application_id) REFERENCES application (agency, id),
    FOREIGN KEY (agency, decision_id) REFERENCES decision (agency, id)
);

CREATE INDEX task_list ON task (agency, id);
CREATE INDEX task_application ON task (application_id);

-- What was granted. Attributes are sealed; a number is unique over all agencies.
CREATE TABLE record (
    id uuid PRIMARY KEY,
    agency text NOT NULL,
    number text NOT NULL UNIQUE,
    application_id uuid NOT NULL UNIQUE,
    kind text NOT NULL,
    holder text NOT NULL,
    attributes bytea NOT NULL,
    valid_from text NOT NULL,
    valid_until text,
    create_time timestamptz NOT NULL,
    CHECK (valid_until IS NULL OR valid_until >= valid_from),
    FOREIGN KEY (agency, application_id) REFERENCES application (agency, id)
);
