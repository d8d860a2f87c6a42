-- What people said became of instructions, one thing after the other. Never changed: it stays provable
-- who said what, and when, however often an instruction is put right. The table verdict, which kept only
-- the last thing said, stays for replicas of the release before.
CREATE TABLE ruling (
    -- The ledger names the one that put an instruction right as the source of its entries.
    ruling_id uuid NOT NULL PRIMARY KEY,
    agency text NOT NULL,
    envelope_id uuid NOT NULL,
    instruction_id uuid NOT NULL,
    -- 1, and one more for each thing that was said of the instruction.
    number bigint NOT NULL CHECK (number > 0),
    -- What was recorded when it was said.
    recorded text NOT NULL CHECK (recorded IN ('needs_person', 'paid', 'failed')),
    outcome text NOT NULL CHECK (outcome IN ('paid', 'failed')),
    -- The number of the payment, or the reason of the failure or the return.
    evidence text NOT NULL,
    person text NOT NULL,
    -- Whether somebody else had said so just before, so that it took effect.
    confirms boolean NOT NULL,
    create_time timestamptz NOT NULL,
    FOREIGN KEY (agency, envelope_id) REFERENCES envelope (agency, envelope_id),
    UNIQUE (instruction_id, number)
);
INSERT INTO ruling (ruling_id, agency, envelope_id, instruction_id, number, recorded, outcome, evidence,
                    person, confirms, create_time)
SELECT instruction_id, agency, envelope_id, instruction_id, 1, 'needs_person', outcome, evidence,
       proposed_by, FALSE, CASE WHEN confirmed_by IS NULL THEN update_time ELSE create_time END
FROM verdict;
INSERT INTO ruling (ruling_id, agency, envelope_id, instruction_id, number, recorded, outcome, evidence,
                    person, confirms, create_time)
SELECT gen_random_uuid(), agency, envelope_id, instruction_id, 2, 'needs_person', outcome, evidence,
       confirmed_by, TRUE, update_time
FROM verdict WHERE confirmed_by IS NOT NULL;
CREATE TRIGGER ruling_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ruling
FOR EACH STATEMENT EXECUTE FUNCTION stays_as_it_is();
