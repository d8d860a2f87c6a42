//! The `ruling` table.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Id;
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::word;
use crate::domain::{Envelope, Instruction, Ruling, Verdict};

/// How many of an instruction are read.
const MOST: i64 = 100;

/// Adds what a person says about an instruction of an envelope that is held.
pub async fn insert(
    tx: &Tx,
    envelope: Id<Envelope>,
    instruction: Id<Instruction>,
    ruling: &Ruling,
) -> Result<(), DbErr> {
    let insert = "INSERT INTO ruling (ruling_id, agency, envelope_id, instruction_id, number, \
                  recorded, outcome, evidence, person, confirms, create_time) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let values = [
        ruling.id.uuid().into(),
        tx.agency().as_str().into(),
        envelope.uuid().into(),
        instruction.uuid().into(),
        ruling.number.into(),
        ruling.recorded.as_str().into(),
        ruling.verdict.word().into(),
        ruling.verdict.evidence.as_str().into(),
        ruling.person.as_str().into(),
        ruling.confirms.into(),
        ruling.time.into(),
    ];
    sql::execute(tx, insert, values).await.map(drop)
}

/// What was said about an instruction, newest first: the newest hundred.
pub async fn list(tx: &Tx, instruction: Id<Instruction>) -> Result<Vec<Ruling>, DbErr> {
    let list = "SELECT ruling_id, number, recorded, outcome, evidence, person, confirms, create_time \
                FROM ruling WHERE agency = $1 AND instruction_id = $2 ORDER BY number DESC LIMIT $3";
    let values: [Value; 3] = [tx.agency().as_str().into(), instruction.uuid().into(), MOST.into()];
    sql::query(tx, list, values).await?.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<Ruling, DbErr> {
    Ok(Ruling {
        id: row.try_get::<Uuid>("", "ruling_id")?.into(),
        number: row.try_get("", "number")?,
        recorded: word("recorded", &row.try_get::<String>("", "recorded")?)?,
        verdict: Verdict {
            paid: row.try_get::<String>("", "outcome")? == Verdict::PAID,
            evidence: row.try_get("", "evidence")?,
        },
        person: row.try_get("", "person")?,
        confirms: row.try_get("", "confirms")?,
        time: row.try_get("", "create_time")?,
    })
}
