-- The clocks of cases.
CREATE TABLE deadline (
    id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    case_id uuid,
    name text NOT NULL,
    -- Of the same agency, or of the platform.
    calendar_id uuid NOT NULL REFERENCES calendar (id),
    calendar_code text NOT NULL,
    -- The sum of the versions that were used last, of the calendar and of those above it.
    calendar_version bigint NOT NULL,
    -- How it is counted, as JSON.
    rule text NOT NULL,
    extension bigint NOT NULL CHECK (extension >= 0),
    silence text NOT NULL CHECK (silence IN ('grant', 'escalate', 'nothing')),
    silence_basis text NOT NULL,
    state text NOT NULL CHECK (state IN ('running', 'stopped', 'passed', 'closed')),
    start_time timestamptz NOT NULL,
    -- When the clock stood, as JSON.
    stood text NOT NULL,
    -- As YYYY-MM-DD; null with end_time.
    last_day text,
    end_time timestamptz,
    -- What has to be published before the end is known.
    missing_calendar text,
    missing_year bigint,
    computation_id uuid REFERENCES computation (id),
    outcome text CHECK (outcome IN ('in_time', 'late')),
    changes bigint NOT NULL,
    -- When it wants to be looked at next; never, unless its clock runs.
    next_time timestamptz,
    update_time timestamptz NOT NULL,
    CHECK ((last_day IS NULL) = (end_time IS NULL)),
    CHECK ((missing_calendar IS NULL) = (missing_year IS NULL)),
    CHECK (next_time IS NULL OR state = 'running'),
    CHECK ((outcome IS NOT NULL) = (state = 'closed'))
);
CREATE INDEX deadline_due ON deadline (next_time, id) WHERE next_time IS NOT NULL;
CREATE INDEX deadline_by_agency ON deadline (agency, id);
CREATE INDEX deadline_by_case ON deadline (agency, case_id, id) WHERE case_id IS NOT NULL;
CREATE INDEX deadline_running ON deadline (calendar_id) WHERE state = 'running';

-- What happened to deadlines; rows are added and never changed.
CREATE TABLE deadline_entry (
    agency text NOT NULL,
    deadline_id uuid NOT NULL REFERENCES deadline (id),
    sequence bigint NOT NULL,
    change text NOT NULL CHECK (change IN (
        'started', 'stopped', 'restarted', 'extended', 'moved', 'passed', 'closed'
    )),
    -- Sealed: it is in somebody's own words. Null when there is none.
    reason bytea,
    legal_basis text NOT NULL,
    amount bigint NOT NULL,
    end_time timestamptz,
    computation_id uuid REFERENCES computation (id),
    time timestamptz NOT NULL,
    PRIMARY KEY (deadline_id, sequence)
);
-- Each deadline passes once.
CREATE UNIQUE INDEX deadline_entry_passed ON deadline_entry (deadline_id) WHERE change = 'passed';
