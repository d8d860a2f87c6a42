-- Each request that changed something, with its answer: a retry gets the first answer again.
CREATE TABLE request (
    agency text NOT NULL,
    caller text NOT NULL,
    method text NOT NULL,
    request_id uuid NOT NULL,
    -- SHA-256 of the request, which tells a retry from another request.
    digest bytea NOT NULL,
    -- Sealed with the vault. Absent only until the transaction that takes the key ends.
    answer bytea,
    PRIMARY KEY (agency, caller, method, request_id)
);
