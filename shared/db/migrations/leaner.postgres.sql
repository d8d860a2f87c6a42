-- Each index is written with each fact and each entry. Ids of facts are made here and looked up by
-- nobody; a fact without a position is found by another index, and by none of these.
ALTER TABLE event DROP CONSTRAINT event_event_id_key;
ALTER TABLE event DROP CONSTRAINT event_position_key;
CREATE UNIQUE INDEX event_by_position ON event (position) WHERE position IS NOT NULL;
DROP INDEX event_by_subject;
CREATE INDEX event_by_subject ON event (agency, subject, position) WHERE position IS NOT NULL;

-- The chain is read by its positions; an entry in it twice, or not at all, is noticed by the hashes
-- and by a look over all.
ALTER TABLE audit_seal DROP CONSTRAINT audit_seal_audit_id_key;
