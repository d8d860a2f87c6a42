//! The `instruction` table where the rail contradicts what is recorded.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Id;
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::word;
use crate::domain::{Attempt, Envelope, Instruction, Outcome, Tally};

/// Notes that the rail contradicts the ends that are recorded of instructions: from now on they are not
/// safe to be given again, and two people must say what is true.
pub async fn doubt(tx: &Tx, envelope: Id<Envelope>, ids: &[Uuid]) -> Result<u64, DbErr> {
    let row = |id: &Uuid| -> Vec<Value> {
        vec![tx.agency().as_str().into(), envelope.uuid().into(), (*id).into()]
    };
    let update = "UPDATE instruction SET retry_safe = FALSE, contradicted = TRUE FROM many \
                  WHERE instruction.agency = many.agency \
                  AND instruction.envelope_id = many.envelope \
                  AND instruction.instruction_id = many.id \
                  AND instruction.state IN ('paid', 'failed')";
    let columns = ["agency", "envelope", "id"];
    sql::execute_many(tx, &columns, ids.iter().map(row).collect(), update).await
}

/// How many instructions of an envelope are contradicted, and their sum.
pub async fn tally(tx: &Tx, envelope: Id<Envelope>) -> Result<Tally, DbErr> {
    let sums = "SELECT COUNT(*) AS found, CAST(COALESCE(SUM(amount_minor), 0) AS bigint) AS minor \
                FROM instruction WHERE agency = $1 AND envelope_id = $2 AND contradicted";
    sum(tx, envelope, sums).await
}

/// How many attempts of an envelope were paid although a later attempt at the same payment was paid
/// too, and their sum.
pub async fn paid_twice(tx: &Tx, envelope: Id<Envelope>) -> Result<Tally, DbErr> {
    let sums = "SELECT COUNT(*) AS found, CAST(COALESCE(SUM(amount_minor), 0) AS bigint) AS minor \
                FROM instruction WHERE agency = $1 AND envelope_id = $2 \
                AND replaced_by IS NOT NULL AND state = 'paid' \
                AND EXISTS (SELECT 1 FROM instruction AS later \
                    WHERE later.envelope_id = instruction.envelope_id \
                    AND later.reference = instruction.reference \
                    AND later.attempt > instruction.attempt AND later.state = 'paid')";
    sum(tx, envelope, sums).await
}

/// The attempts at what the caller calls `reference`, in their order.
pub async fn attempts(
    tx: &Tx,
    envelope: Id<Envelope>,
    reference: &str,
) -> Result<Vec<Attempt>, DbErr> {
    let list = "SELECT instruction_id, state, contradicted FROM instruction \
                WHERE agency = $1 AND envelope_id = $2 AND reference = $3 ORDER BY attempt";
    let values: [Value; 3] =
        [tx.agency().as_str().into(), envelope.uuid().into(), reference.into()];
    let attempt = |row: &QueryResult| {
        Ok(Attempt {
            id: row.try_get::<Uuid>("", "instruction_id")?.into(),
            state: word("state", &row.try_get::<String>("", "state")?)?,
            contradicted: row.try_get("", "contradicted")?,
        })
    };
    sql::query(tx, list, values).await?.iter().map(attempt).collect()
}

/// Records the other end of an instruction that is contradicted, and that it is so no more; answers
/// whether it was. What was paid keeps the rail's number when it comes back.
pub async fn correct(
    tx: &Tx,
    envelope: Id<Envelope>,
    id: Id<Instruction>,
    outcome: &Outcome,
) -> Result<bool, DbErr> {
    let (state, reason, retry_safe, reference) = match outcome {
        Outcome::Paid { reference, .. } => ("paid", None, false, Some(reference.clone())),
        Outcome::Failed { reason, retry_safe } => {
            ("failed", Some(reason.clone()), *retry_safe, None)
        }
        Outcome::Pending | Outcome::Filed | Outcome::Unknown => return Ok(false),
    };
    let update = "UPDATE instruction SET state = $4, reason = $5, retry_safe = $6, \
                  rail_reference = COALESCE($7, rail_reference), outcome_time = $8, \
                  contradicted = FALSE \
                  WHERE agency = $1 AND envelope_id = $2 AND instruction_id = $3 \
                  AND contradicted AND state <> $4";
    let values = [
        tx.agency().as_str().into(),
        envelope.uuid().into(),
        id.uuid().into(),
        state.into(),
        reason.into(),
        retry_safe.into(),
        reference.into(),
        tx.now().into(),
    ];
    Ok(sql::execute(tx, update, values).await? == 1)
}

/// Notes that what is recorded of an instruction stands; answers whether it was contradicted.
pub async fn uphold(
    tx: &Tx,
    envelope: Id<Envelope>,
    id: Id<Instruction>,
    retry_safe: bool,
) -> Result<bool, DbErr> {
    let update = "UPDATE instruction SET contradicted = FALSE, retry_safe = $4 \
                  WHERE agency = $1 AND envelope_id = $2 AND instruction_id = $3 AND contradicted";
    let values =
        [tx.agency().as_str().into(), envelope.uuid().into(), id.uuid().into(), retry_safe.into()];
    Ok(sql::execute(tx, update, values).await? == 1)
}

async fn sum(tx: &Tx, envelope: Id<Envelope>, sums: &str) -> Result<Tally, DbErr> {
    let values = [tx.agency().as_str().into(), envelope.uuid().into()];
    let rows = sql::query(tx, sums, values).await?;
    let Some(row) = rows.first() else { return Ok(Tally::default()) };
    Ok(Tally { count: row.try_get("", "found")?, minor: row.try_get("", "minor")? })
}
