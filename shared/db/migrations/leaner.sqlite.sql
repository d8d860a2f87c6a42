-- A fact without a position is found by another index, and not by this one.
DROP INDEX event_by_subject;
CREATE INDEX event_by_subject ON event (agency, subject, position) WHERE position IS NOT NULL;
