//! The `instruction` table once its envelope is released, and whenever somebody looks.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Page, Timestamp};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{
    money,
    progress::{self, SENT, STATE},
    withdrawal::{outcome_time, reason},
    word,
};
use crate::domain::{
    Envelope, Findings, Instruction, InstructionFilter, InstructionState, Outcome,
};

/// The instruction of each row of ours, in a statement whose first values are those of [`among`].
/// Between which ids they are leads to them at once, for those that were sent together.
const OWN: &str = "instruction.agency = $1 AND instruction.envelope_id = $2 \
    AND instruction.instruction_id = many.id \
    AND instruction.instruction_id >= $3 AND instruction.instruction_id <= $4";

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
    // One row for each, by its key: a join that the planner may turn around would one day read the
    // whole table.
    let instruction = if tx.is_postgres() {
        "JOIN LATERAL (SELECT instruction_id, reference, attempt, state, amount_minor, retry_of \
         FROM instruction \
         WHERE agency = $1 AND envelope_id = $2 AND instruction_id = many.id LIMIT 1) \
         AS instruction ON true"
    } else {
        "JOIN instruction ON instruction.agency = $1 AND instruction.envelope_id = $2 \
         AND instruction.instruction_id = many.id"
    };
    let find = format!(
        "SELECT instruction.instruction_id, {STATE} AS state, instruction.amount_minor, \
         inquiry.made, retry_of IS NOT NULL AND EXISTS (SELECT 1 \
             FROM instruction AS earlier WHERE earlier.envelope_id = $2 \
             AND earlier.reference = instruction.reference AND earlier.state = 'paid' \
             AND earlier.attempt < instruction.attempt) AS paid_before \
         FROM many {instruction} LEFT JOIN inquiry ON inquiry.instruction_id = many.id"
    );
    let rows = ids.iter().map(|id| vec![(*id).into()]).collect();
    let rows = sql::query_many_with(tx, &owner(tx, envelope), &["id"], rows, &find).await?;
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
            (*id).into(),
            state.as_str().into(),
            reason.into(),
            retry_safe.into(),
            reference.into(),
            time.into(),
        ])
    };
    let columns = ["id", "outcome", "why", "safe", "rail", "moment"];
    let update = format!(
        "UPDATE instruction SET state = many.outcome, reason = many.why, \
         retry_safe = many.safe, rail_reference = many.rail, outcome_time = many.moment \
         FROM many WHERE {OWN} AND ({SENT} OR instruction.state IN ('unknown', 'needs_person'))"
    );
    let Some(own) = among(tx, envelope, outcomes.iter().map(|(id, _)| *id)) else { return Ok(0) };
    let rows = outcomes.iter().filter_map(row).collect();
    progress::join_by_hash(tx, true).await?;
    let settled = sql::execute_many_with(tx, &own, &columns, rows, &update).await?;
    progress::join_by_hash(tx, false).await?;
    Ok(settled)
}

/// Records that instructions were paid which were sent for the first time, and of which nobody spoke
/// yet; answers which these are, each with its amount. Others are left as they are.
pub async fn pay(
    tx: &Tx,
    envelope: Id<Envelope>,
    paid: &[(Uuid, &str, Timestamp)],
) -> Result<Vec<(Uuid, i64)>, DbErr> {
    let Some(own) = among(tx, envelope, paid.iter().map(|(id, ..)| *id)) else {
        return Ok(Vec::new());
    };
    let row = |(id, reference, time): &(Uuid, &str, Timestamp)| -> Vec<Value> {
        vec![(*id).into(), (*reference).into(), (*time).into()]
    };
    let update = format!(
        "UPDATE instruction SET state = 'paid', rail_reference = many.rail, \
         outcome_time = many.moment FROM many \
         WHERE {OWN} AND {SENT} AND instruction.retry_of IS NULL \
         AND (SELECT 1 FROM inquiry \
             WHERE inquiry.instruction_id = instruction.instruction_id LIMIT 1) IS NULL \
         RETURNING instruction_id, amount_minor"
    );
    let columns = ["id", "rail", "moment"];
    let rows = paid.iter().map(row).collect();
    progress::join_by_hash(tx, true).await?;
    let rows = sql::query_many_with(tx, &own, &columns, rows, &update).await?;
    progress::join_by_hash(tx, false).await?;
    rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
}

/// Puts instructions that were sent into another state in which they wait.
pub async fn wait(
    tx: &Tx,
    envelope: Id<Envelope>,
    waiting: &[(Uuid, InstructionState)],
) -> Result<u64, DbErr> {
    let row = |(id, state): &(Uuid, InstructionState)| -> Vec<Value> {
        vec![(*id).into(), state.as_str().into()]
    };
    let update = format!(
        "UPDATE instruction SET state = many.outcome FROM many \
         WHERE {OWN} AND ({SENT} OR instruction.state IN ('unknown', 'needs_person'))"
    );
    let Some(own) = among(tx, envelope, waiting.iter().map(|(id, _)| *id)) else { return Ok(0) };
    let rows = waiting.iter().map(row).collect();
    let columns = ["id", "outcome"];
    progress::join_by_hash(tx, true).await?;
    let waits = sql::execute_many_with(tx, &own, &columns, rows, &update).await?;
    progress::join_by_hash(tx, false).await?;
    Ok(waits)
}

/// Finds an instruction.
pub async fn find(
    tx: &Tx,
    envelope: &Envelope,
    id: Id<Instruction>,
) -> Result<Option<Instruction>, DbErr> {
    let find = format!(
        "SELECT {} FROM instruction \
         WHERE agency = $1 AND envelope_id = $2 AND instruction_id = $3",
        columns()
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
        "SELECT {} FROM instruction \
         WHERE agency = $1 AND envelope_id = $2 AND instruction_id > $3 {} {} \
         ORDER BY instruction_id LIMIT $4",
        columns(),
        if filter.state.is_some() { format!("AND {STATE} = $5") } else { String::new() },
        if filter.contradicted { "AND contradicted" } else { "" }
    );
    sql::query(tx, &list, values).await?.iter().map(|row| read(envelope, row)).collect()
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
    let update = format!(
        "UPDATE instruction SET state = 'unknown' WHERE agency = $1 AND envelope_id = $2 \
         AND instruction_id >= $3 AND instruction_id <= $4 AND {SENT} \
         AND NOT EXISTS (SELECT 1 FROM inquiry \
             WHERE inquiry.instruction_id = instruction.instruction_id) \
         RETURNING instruction_id, amount_minor"
    );
    let values = [tx.agency().as_str().into(), envelope.uuid().into(), first.into(), last.into()];
    let pair = |row: &QueryResult| {
        Ok((row.try_get("", "instruction_id")?, row.try_get("", "amount_minor")?))
    };
    sql::query(tx, &update, values).await?.iter().map(pair).collect()
}

/// Whose the instructions are.
fn owner(tx: &Tx, envelope: Id<Envelope>) -> Vec<Value> {
    vec![tx.agency().as_str().into(), envelope.uuid().into()]
}

/// Whose the instructions are, and between which ids; none if there are none.
fn among(
    tx: &Tx,
    envelope: Id<Envelope>,
    ids: impl Iterator<Item = Uuid> + Clone,
) -> Option<Vec<Value>> {
    let mut values = owner(tx, envelope);
    values.extend([ids.clone().min()?.into(), ids.max()?.into()]);
    Some(values)
}

fn columns() -> String {
    format!(
        "instruction_id, reference, attempt, amount_minor, {STATE} AS state, findings, \
         {} AS reason, retry_safe, rail_reference, {} AS outcome_time, retry_of, replaced_by, \
         contradicted",
        reason(),
        outcome_time()
    )
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
