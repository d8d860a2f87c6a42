-- The days of entries follow the order in which they are written, so this costs next to nothing.
CREATE INDEX entry_by_time ON entry USING brin (create_time)
WITH (pages_per_range = 32, autosummarize = on);
