-- The bank that pays an envelope; empty where it was released before that was kept.
ALTER TABLE envelope ADD COLUMN bank_code text NOT NULL DEFAULT '';
-- How much of what an envelope paid its bank has booked.
CREATE TABLE payout_booking (
    envelope_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    order_count bigint NOT NULL CHECK (order_count >= 0),
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0)
);
CREATE INDEX settlement_by_time ON settlement (agency, create_time);
CREATE INDEX settlement_of_envelope ON settlement (envelope_id, create_time);
CREATE INDEX rail_file_of_envelope ON rail_file (envelope_id);
CREATE INDEX ruling_by_time ON ruling (agency, create_time);
CREATE INDEX ruling_of_envelope ON ruling (envelope_id, create_time);
