-- Entries are written in the order of their times, so each goes to the end of it.
CREATE INDEX entry_by_time ON entry (agency, create_time);
