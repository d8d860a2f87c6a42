-- Who else of the envelope is the same person, without a look at all the envelopes of other years.
DROP INDEX instruction_of_person;
CREATE INDEX instruction_of_person ON instruction (envelope_id, person_key);

-- A row is written once more, when it comes to its end: beside itself, and no index hears of it.
ALTER TABLE instruction SET (fillfactor = 50);
