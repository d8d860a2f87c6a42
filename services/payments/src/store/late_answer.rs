//! The `late_answer` table.

use std::collections::HashMap;

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Id;
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use crate::domain::{Contradiction, Envelope, Instruction, Outcome, Verdict};

/// How many contradictions of an instruction are read.
const MOST: i64 = 100;

/// An answer to what was settled before.
#[derive(Clone, Debug)]
pub struct LateAnswer {
    pub instruction: Uuid,
    pub outcome: Outcome,
    /// Whether it says otherwise than what was recorded.
    pub contradicts: bool,
}

/// Adds answers that changed nothing.
pub async fn insert(tx: &Tx, envelope: Id<Envelope>, late: &[LateAnswer]) -> Result<(), DbErr> {
    let columns = [
        "late_answer_id",
        "agency",
        "envelope_id",
        "instruction_id",
        "outcome",
        "contradicts",
        "reason",
        "rail_reference",
        "create_time",
    ];
    let row = |late: &LateAnswer| -> Vec<Value> {
        let (outcome, reason, reference) = match &late.outcome {
            Outcome::Paid { reference, .. } => ("paid", None, Some(reference.clone())),
            Outcome::Failed { reason, .. } => ("failed", Some(reason.clone()), None),
            Outcome::Pending | Outcome::Filed => ("pending", None, None),
            Outcome::Unknown => ("unknown", None, None),
        };
        vec![
            Uuid::now_v7().into(),
            tx.agency().as_str().into(),
            envelope.uuid().into(),
            late.instruction.into(),
            outcome.into(),
            late.contradicts.into(),
            reason.into(),
            reference.into(),
            tx.now().into(),
        ]
    };
    let rows = late.iter().map(row).collect();
    sql::insert_many(tx, "late_answer", &columns, rows).await.map(drop)
}

/// How many answers changed nothing, and how many of them contradict what was recorded.
pub async fn count(tx: &Tx, envelope: Id<Envelope>) -> Result<(i64, i64), DbErr> {
    let count = "SELECT COUNT(*) AS found, \
                 COALESCE(SUM(CASE WHEN contradicts THEN 1 ELSE 0 END), 0) AS contradict \
                 FROM late_answer WHERE agency = $1 AND envelope_id = $2";
    let values = [tx.agency().as_str().into(), envelope.uuid().into()];
    let rows = sql::query(tx, count, values).await?;
    let Some(row) = rows.first() else { return Ok((0, 0)) };
    Ok((row.try_get("", "found")?, row.try_get("", "contradict")?))
}

/// The answers that contradict what was recorded of an instruction when they came, newest first: the
/// newest hundred.
pub async fn contradictions(
    tx: &Tx,
    instruction: Id<Instruction>,
) -> Result<Vec<Contradiction>, DbErr> {
    let list = "SELECT outcome, reason, rail_reference, create_time FROM late_answer \
                WHERE agency = $1 AND instruction_id = $2 AND contradicts \
                ORDER BY late_answer_id DESC LIMIT $3";
    let values: [Value; 3] = [tx.agency().as_str().into(), instruction.uuid().into(), MOST.into()];
    let read = |row: &QueryResult| {
        Ok(Contradiction {
            paid: row.try_get::<String>("", "outcome")? == Verdict::PAID,
            reason: row.try_get("", "reason")?,
            rail_reference: row.try_get("", "rail_reference")?,
            time: row.try_get("", "create_time")?,
        })
    };
    sql::query(tx, list, values).await?.iter().map(read).collect()
}

/// The answers that this unit of work found to change nothing, by their instruction: whether they
/// contradict what was recorded.
pub async fn of_now(tx: &Tx, envelope: Id<Envelope>) -> Result<HashMap<Uuid, bool>, DbErr> {
    let find = "SELECT instruction_id, contradicts FROM late_answer \
                WHERE agency = $1 AND envelope_id = $2 AND create_time = $3 \
                ORDER BY late_answer_id";
    let values: [Value; 3] = [tx.agency().as_str().into(), envelope.uuid().into(), tx.now().into()];
    let rows = sql::query(tx, find, values).await?;
    rows.iter()
        .map(|row| Ok((row.try_get("", "instruction_id")?, row.try_get("", "contradicts")?)))
        .collect()
}
