-- Who else of the envelope is the same person, without a look at all the envelopes of other years.
DROP INDEX instruction_of_person;
CREATE INDEX instruction_of_person ON instruction (envelope_id, person_key);
