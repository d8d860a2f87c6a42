-- What the treasury calls a funding, so that its money is put into a pool once. Those before named
-- none.
ALTER TABLE pool_movement ADD COLUMN document text;
CREATE UNIQUE INDEX movement_of_document ON pool_movement (agency, document);
