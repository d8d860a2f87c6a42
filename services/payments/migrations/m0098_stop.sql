-- When two people stopped it: what was not sent by then never is, and that is written into no row.
ALTER TABLE envelope ADD COLUMN stop_time timestamptz
    CHECK (stop_time IS NULL OR state IN ('paused', 'completed'));

-- What people said who stopped an envelope, or wanted to.
CREATE TABLE stop (
    stop_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    envelope_id uuid NOT NULL,
    requested_by text NOT NULL,
    reason text NOT NULL,
    request_time timestamptz NOT NULL,
    -- Absent until somebody else says so, too.
    confirmed_by text,
    confirm_reason text,
    confirm_time timestamptz,
    -- When somebody let the envelope go on instead.
    lapse_time timestamptz,
    CHECK (confirmed_by <> requested_by),
    CHECK ((confirmed_by IS NULL) = (confirm_time IS NULL)),
    CHECK ((confirm_reason IS NULL) = (confirm_time IS NULL)),
    CHECK (confirm_time IS NULL OR lapse_time IS NULL),
    FOREIGN KEY (agency, envelope_id) REFERENCES envelope (agency, envelope_id)
);
CREATE UNIQUE INDEX stop_of_envelope ON stop (envelope_id) WHERE lapse_time IS NULL;

-- The few that give another one again, among a million.
CREATE INDEX instruction_given_again ON instruction (envelope_id, instruction_id)
WHERE retry_of IS NOT NULL;
