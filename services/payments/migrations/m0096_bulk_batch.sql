-- The batches that came over the public REST profile, each once for its source, whoever brings it.
-- Never changed.
CREATE TABLE bulk_batch (
    agency text NOT NULL,
    -- What the source calls it.
    batch text NOT NULL,
    source text NOT NULL,
    envelope_id uuid NOT NULL,
    PRIMARY KEY (agency, batch, source),
    FOREIGN KEY (agency, envelope_id) REFERENCES envelope (agency, envelope_id)
);
-- Those that came before: only the profile has sources and batches of twelve characters each, and
-- sources that are their own programmes.
INSERT INTO bulk_batch (agency, batch, source, envelope_id)
SELECT agency, cycle, source, envelope_id FROM envelope
WHERE programme = source AND LENGTH(source) = 12 AND LENGTH(cycle) = 12
ORDER BY envelope_id
ON CONFLICT DO NOTHING;
