-- The calendars of a place. A row is the newest version; what each version brought stands in
-- calendar_entry.
CREATE TABLE calendar (
    id uuid NOT NULL PRIMARY KEY,
    -- One of 'platform' is for every agency.
    agency text NOT NULL,
    code text NOT NULL,
    title_id text NOT NULL,
    title_en text NOT NULL,
    zone text NOT NULL CHECK (zone IN ('Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura')),
    -- Of the same agency, or of the platform.
    parent_id uuid REFERENCES calendar (id),
    parent_code text NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    create_time timestamptz NOT NULL,
    -- When this version was published.
    version_time timestamptz NOT NULL,
    UNIQUE (agency, code)
);
CREATE INDEX calendar_below ON calendar (parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE calendar_version (
    agency text NOT NULL,
    calendar_id uuid NOT NULL REFERENCES calendar (id),
    version bigint NOT NULL,
    create_time timestamptz NOT NULL,
    PRIMARY KEY (calendar_id, version)
);

-- What a version brought; rows are added and never changed.
CREATE TABLE calendar_entry (
    agency text NOT NULL,
    calendar_id uuid NOT NULL,
    version bigint NOT NULL,
    -- Where it stands in its version.
    place bigint NOT NULL,
    what text NOT NULL CHECK (what IN ('year', 'week', 'added', 'withdrawn')),
    -- As YYYY-MM-DD: the day; the first day of a year, or of a weekly rest.
    date text NOT NULL,
    -- Of a day; empty otherwise.
    kind text NOT NULL CHECK (kind IN ('', 'holiday', 'collective_leave')),
    name_id text NOT NULL,
    name_en text NOT NULL,
    -- The days of a weekly rest, from 0 for Monday, such as '56'; empty otherwise.
    weekdays text NOT NULL,
    source text NOT NULL,
    PRIMARY KEY (calendar_id, version, place),
    FOREIGN KEY (calendar_id, version) REFERENCES calendar_version (calendar_id, version),
    CHECK ((kind = '') = (what IN ('year', 'week')))
);

-- Counts of days, as they were made.
CREATE TABLE computation (
    id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    -- The running deadline that it belongs to.
    deadline_id uuid,
    -- What it was made from and what it led to, as JSON.
    content text NOT NULL,
    create_time timestamptz NOT NULL
);
