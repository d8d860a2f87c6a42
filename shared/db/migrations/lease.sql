-- Which process may do a background job at the moment.
CREATE TABLE lease (
    name text NOT NULL PRIMARY KEY,
    -- Grows with each new holder, so that a late one is told apart.
    token bigint NOT NULL,
    holder uuid NOT NULL,
    until timestamptz NOT NULL
);
