-- Closed days; each hash covers the one before.
CREATE TABLE closed_day (
    closed_day_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    -- In Asia/Jakarta, as 2026-11-22.
    day text NOT NULL,
    -- The totals by currency, as JSON.
    totals text NOT NULL,
    entries_sha256 bytea NOT NULL,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    closed_by text NOT NULL,
    close_time timestamptz NOT NULL,
    UNIQUE (agency, day),
    -- No two days follow the same one.
    UNIQUE (agency, previous_hash)
);
