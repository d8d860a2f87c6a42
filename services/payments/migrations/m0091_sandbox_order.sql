-- The memory of the sandbox by the id of the order alone: ids come in order, so that remembering one
-- costs one place at the end of one index.
ALTER TABLE sandbox_order RENAME TO sandbox_order_before;
CREATE TABLE sandbox_order (
    order_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    envelope_id uuid NOT NULL,
    end_to_end text NOT NULL,
    behaviour text NOT NULL,
    currency text NOT NULL,
    amount_minor bigint NOT NULL,
    -- More than 1 would be a double payment.
    given_count bigint NOT NULL,
    inquiry_count bigint NOT NULL,
    -- Whether it answered by itself.
    told boolean NOT NULL,
    give_time timestamptz NOT NULL
);
INSERT INTO sandbox_order (order_id, agency, envelope_id, end_to_end, behaviour, currency,
    amount_minor, given_count, inquiry_count, told, give_time)
SELECT order_id, agency, envelope_id, end_to_end, behaviour, currency, amount_minor, given_count,
    inquiry_count, told, give_time
FROM sandbox_order_before;
DROP TABLE sandbox_order_before;
CREATE INDEX sandbox_order_late ON sandbox_order (give_time) WHERE behaviour = 'late' AND NOT told;
