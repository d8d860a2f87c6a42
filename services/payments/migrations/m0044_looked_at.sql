-- Who closed it for further instructions; whoever did does not approve it.
ALTER TABLE envelope ADD COLUMN sealed_by text;
-- How many contradicting answers there were when somebody last let it go on: whoever did knew.
ALTER TABLE envelope ADD COLUMN known_contradictions bigint NOT NULL DEFAULT 0;
