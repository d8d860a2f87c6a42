//! The `instruction` table once its envelope is released, and whenever somebody looks.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Page, Timestamp};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{money, word};
use crate::domain::{
    Envelope, Findings, Instruction, InstructionFilter, InstructionState, Outcome, ReportLine,
    Tally,
};

const COLUMNS: &str = "instruction_id, reference, attempt, amount_minor, state, findings, reason, \
    retry_safe, rail_reference, outcome_time, retry_of, replaced_by, contradicted";

/// Each payment counts once: as its last attempt, unless that failed while an earlier one turned out to
/// have been paid. Most have one attempt, for which nothing is looked up.
const COUNTS: &str = "(retry_of IS NULL AND replaced_by IS NULL \
    OR replaced_by IS NULL AND (state <> 'failed' OR NOT EXISTS (SELECT 1 \
        FROM instruction AS earlier WHERE earlier.envelope_id = instruction.envelope_id \
        AND earlier.reference = instruction.reference \
        AND earlier.attempt < instruction.attempt AND earlier.state = 'paid')) \
    OR replaced_by IS NOT NULL AND state = 'paid' AND NOT EXISTS (SELECT 1 \
        FROM instruction AS later WHERE later.envelope_id = instruction.envelope_id \
        AND later.reference = instruction.reference \
        AND later.attempt > instruction.attempt AND later.state <> 'failed'))";

/// What a rail's answer is held against.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    pub id: Uuid,
    pub state: InstructionState,
    pub minor: i64,
    /// How many inquiries were made; none when there is none to make.
    pub made: Option<usize>,
    /// Whether an earlier attempt turned out to have been paid.
    pub paid_before: bool,
}

/// Where instructions of an envelope that is held stand; those that are not its own left out.
pub async fn standings(
    tx: &Tx,
    envelope: Id<Envelope>,
    ids: &[Uuid],
) -> Result<Vec<Standing>, DbErr> {
    let row = |id: &Uuid| -> Vec<Value> {
        vec![tx.agency().as_str().into(), envelope.uuid().into(), (*id).into()]
    };
    let find = "SELECT instruction.instruction_id, instruction.state, instruction.amount_minor, \
                inquiry.made, retry_of IS NOT NULL AND EXISTS (SELECT 1 \
                FROM instruction AS earlier \
                WHERE earlier.envelope_id = instruction.envelope_id \
                AND earlier.reference = instruction.reference AND earlier.state = 'paid' \
                AND earlier.attempt < instruction.attempt) AS paid_before \
                FROM many JOIN instruction ON instruction.agency = many.agency \
                AND instruction.envelope_id = many.envelope_id \
                AND instruction.instruction_id = many.id \
                LEFT JOIN inquiry ON inquiry.instruction_id = many.id";
    let columns = ["agency", "envelope_id", "id"];
    let rows = sql::query_many(tx, &columns, ids.iter().map(row).collect(), find).await?;
    rows.iter()
        .map(|row| {
            let made = row.try_get::<Option<i64>>("", "made")?;
            Ok(Standing {
                id: row.try_get("", "instruction_id")?,
                state: word("state", &row.try_get::<String>("", "state")?)?,
                minor: row.try_get("", "amount_minor")?,
                made: made.map(|made| usize::try_from(made).unwrap_or(usize::MAX)),
                paid_before: row.try_get("", "paid_before")?,
            })
        })
        .collect()
}

/// Records the outcomes of instructions that have none; answers how many had none.
pub async fn settle(
    tx: &Tx,
    envelope: Id<Envelope>,
    outcomes: &[(Uuid, &Outcome)],
) -> Result<u64, DbErr> {
    let row = |(id, outcome): &(Uuid, &Outcome)| -> Option<Vec<Value>> {
        let (state, reason, retry_safe, reference, time) = match outcome {
            Outcome::Paid { reference, time } => {
                (InstructionState::Paid, None, false, Some(reference.clone()), *time)
            }
            Outcome::Failed { reason, retry_safe } => {
                (InstructionState::Failed, Some(reason.clone()), *retry_safe, None, tx.now())
            }
            Outcome::Pending | Outcome::Filed | Outcome::Unknown => return None,
        };
        Some(vec![
            tx.agency().as_str().into(),
            envelope.uuid().into(),
            (*id).into(),
            state.as_str().into(),
            reason.into(),
            retry_safe.into(),
            reference.into(),
            time.into(),
        ])
    };
    let columns = ["agency", "envelope", "id", "outcome", "why", "safe", "rail", "moment"];
    let update = "UPDATE instruction SET state = many.outcome, reason = many.why, \
                  retry_safe = many.safe, rail_reference = many.rail, outcome_time = many.moment \
                  FROM many WHERE instruction.agency = many.agency \
                  AND instruction.envelope_id = many.envelope \
                  AND instruction.instruction_id = many.id \
                  AND instruction.state NOT IN ('received', 'invalid', 'paid', 'failed')";
    let rows = outcomes.iter().filter_map(row).collect();
    sql::execute_many(tx, &columns, rows, update).await
}

/// Puts instructions that were sent into another state in which they wait.
pub async fn wait(
    tx: &Tx,
    envelope: Id<Envelope>,
    waiting: &[(Uuid, InstructionState)],
) -> Result<u64, DbErr> {
    let row = |(id, state): &(Uuid, InstructionState)| -> Vec<Value> {
        vec![
            tx.agency().as_str().into(),
            envelope.uuid().into(),
            (*id).into(),
            state.as_str().into(),
        ]
    };
    let update = "UPDATE instruction SET state = many.outcome FROM many \
                  WHERE instruction.agency = many.agency \
                  AND instruction.envelope_id = many.envelope \
                  AND instruction.instruction_id = many.id \
                  AND instruction.state IN ('sent', 'unknown', 'needs_person')";
    let columns = ["agency", "envelope", "id", "outcome"];
    sql::execute_many(tx, &columns, waiting.iter().map(row).collect(), update).await
}

/// Finds an instruction.
pub async fn find(
    tx: &Tx,
    envelope: &Envelope,
    id: Id<Instruction>,
) -> Result<Option<Instruction>, DbErr> {
    let find = format!(
        "SELECT {COLUMNS} FROM instruction \
         WHERE agency = $1 AND envelope_id = $2 AND instruction_id = $3"
    );
    let values = [tx.agency().as_str().into(), envelope.id.uuid().into(), id.uuid().into()];
    sql::query(tx, &find, values).await?.first().map(|row| read(envelope, row)).transpose()
}

/// Lists instructions in the order in which they came: one more than the page, if there is one.
pub async fn list(
    tx: &Tx,
    envelope: &Envelope,
    filter: InstructionFilter,
    page: &Page<Instruction>,
) -> Result<Vec<Instruction>, DbErr> {
    let limit = i64::try_from(page.limit()).unwrap_or(i64::MAX);
    let after = page.after.map(Id::uuid).unwrap_or_default();
    let mut values: Vec<Value> =
        vec![tx.agency().as_str().into(), envelope.id.uuid().into(), after.into(), limit.into()];
    values.extend(filter.state.map(|state| state.as_str().into()));
    let list = format!(
        "SELECT {COLUMNS} FROM instruction \
         WHERE agency = $1 AND envelope_id = $2 AND instruction_id > $3 {} {} \
         ORDER BY instruction_id LIMIT $4",
        if filter.state.is_some() { "AND state = $5" } else { "" },
        if filter.contradicted { "AND contradicted" } else { "" }
    );
    sql::query(tx, &list, values).await?.iter().map(|row| read(envelope, row)).collect()
}

/// Counts the instructions of an envelope by outcome and reason, those given again once.
pub async fn report(tx: &Tx, envelope: Id<Envelope>) -> Result<Vec<ReportLine>, DbErr> {
    let sums = format!(
        "SELECT state, findings, reason, \
         state = 'failed' AND rail_reference IS NOT NULL AS returned, COUNT(*) AS found, \
         CAST(SUM(amount_minor) AS bigint) AS minor FROM instruction \
         WHERE agency = $1 AND envelope_id = $2 AND {COUNTS} \
         GROUP BY state, findings, reason, returned \
         ORDER BY state, findings, reason, returned"
    );
    let values = [tx.agency().as_str().into(), envelope.uuid().into()];
    let line = |row: &QueryResult| {
        Ok(ReportLine {
            state: word("state", &row.try_get::<String>("", "state")?)?,
            findings: Findings(row.try_get("", "findings")?),
            reason: row.try_get("", "reason")?,
            returned: row.try_get("", "returned")?,
            tally: Tally { count: row.try_get("", "found")?, minor: row.try_get("", "minor")? },
        })
    };
    sql::query(tx, &sums, values).await?.iter().map(line).collect()
}

/// Gives an instruction that failed once more, as a new one: the same person, amount and narration.
pub async fn give_again(
    tx: &Tx,
    envelope: Id<Envelope>,
    old: Id<Instruction>,
    new: Id<Instruction>,
) -> Result<(), DbErr> {
    let insert = "INSERT INTO instruction (agency, envelope_id, instruction_id, reference, attempt, \
                  person_key, name_key, amount_minor, narration, digest, state, findings, retry_of, \
                  retry_time) \
                  SELECT agency, envelope_id, $4, reference, attempt + 1, person_key, name_key, \
                  amount_minor, narration, digest, 'valid', findings, instruction_id, $5 \
                  FROM instruction \
                  WHERE agency = $1 AND envelope_id = $2 AND instruction_id = $3";
    let key = || [tx.agency().as_str().into(), envelope.uuid().into(), old.uuid().into()];
    let values = key().into_iter().chain([new.uuid().into(), tx.now().into()]);
    sql::execute(tx, insert, values).await?;
    let update = "UPDATE instruction SET replaced_by = $4 \
                  WHERE agency = $1 AND envelope_id = $2 AND instruction_id = $3";
    sql::execute(tx, update, key().into_iter().chain([new.uuid().into()])).await.map(drop)
}

/// Puts the instructions of a batch that nobody spoke of into the unknown; answers which.
pub async fn fall_silent(
    tx: &Tx,
    envelope: Id<Envelope>,
    [first, last]: [Uuid; 2],
) -> Result<Vec<(Uuid, i64)>, DbErr> {
    let update = "UPDATE instruction SET state = 'unknown' \
                  WHERE agency = $1 AND envelope_id = $2 \
                  AND instruction_id >= $3 AND instruction_id <= $4 AND state = 'sent' \
                  AND NOT EXISTS (SELECT 1 FROM inquiry \
                      WHERE inquiry.instruction_id = instruction.instruction_id) \
                  RETURNING instruction_id, amount_minor";
    let values = [tx.agency().as_str().into(), envelope.uuid().into(), first.into(), last.into()];
    let pair = |row: &QueryResult| {
        Ok((row.try_get("", "instruction_id")?, row.try_get("", "amount_minor")?))
    };
    sql::query(tx, update, values).await?.iter().map(pair).collect()
}

fn read(envelope: &Envelope, row: &QueryResult) -> Result<Instruction, DbErr> {
    let currency = envelope.announced.total.currency();
    let id = |column| Ok::<_, DbErr>(row.try_get::<Option<Uuid>>("", column)?.map(Id::from));
    Ok(Instruction {
        id: row.try_get::<Uuid>("", "instruction_id")?.into(),
        reference: row.try_get("", "reference")?,
        attempt: row.try_get("", "attempt")?,
        amount: money(currency.as_str(), row.try_get("", "amount_minor")?)?,
        state: word("state", &row.try_get::<String>("", "state")?)?,
        findings: Findings(row.try_get("", "findings")?),
        reason: row.try_get("", "reason")?,
        retry_safe: row.try_get("", "retry_safe")?,
        rail_reference: row.try_get("", "rail_reference")?,
        outcome_time: row.try_get::<Option<Timestamp>>("", "outcome_time")?,
        retry_of: id("retry_of")?,
        replaced_by: id("replaced_by")?,
        contradicted: row.try_get("", "contradicted")?,
    })
}
