//! The `resolution` table.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Id;

use crate::domain::{Envelope, Instruction, Resolution};

/// Finds what was said about an instruction, and by whom.
pub async fn find(tx: &Tx, id: Id<Instruction>) -> Result<Option<(Resolution, String)>, DbErr> {
    let find = "SELECT outcome, evidence, proposed_by FROM resolution \
                WHERE agency = $1 AND instruction_id = $2";
    let rows = sql::query(tx, find, [tx.agency().as_str().into(), id.uuid().into()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let resolution = Resolution {
        paid: row.try_get::<String>("", "outcome")? == Resolution::PAID,
        evidence: row.try_get("", "evidence")?,
    };
    Ok(Some((resolution, row.try_get("", "proposed_by")?)))
}

/// Notes what `person` says about an instruction, in place of what the same person said before.
pub async fn propose(
    tx: &Tx,
    envelope: Id<Envelope>,
    id: Id<Instruction>,
    resolution: &Resolution,
    person: &str,
) -> Result<(), DbErr> {
    let insert = "INSERT INTO resolution (instruction_id, agency, envelope_id, outcome, evidence, \
                  proposed_by, create_time, update_time) VALUES ($1, $2, $3, $4, $5, $6, $7, $7) \
                  ON CONFLICT (instruction_id) DO UPDATE SET outcome = $4, evidence = $5, \
                  proposed_by = $6, update_time = $7";
    let values = [
        id.uuid().into(),
        tx.agency().as_str().into(),
        envelope.uuid().into(),
        resolution.word().into(),
        resolution.evidence.as_str().into(),
        person.into(),
        tx.now().into(),
    ];
    sql::execute(tx, insert, values).await.map(drop)
}

/// Notes that `person` confirmed what was said.
pub async fn confirm(tx: &Tx, id: Id<Instruction>, person: &str) -> Result<(), DbErr> {
    let update = "UPDATE resolution SET confirmed_by = $3, update_time = $4 \
                  WHERE agency = $1 AND instruction_id = $2";
    let values = [tx.agency().as_str().into(), id.uuid().into(), person.into(), tx.now().into()];
    sql::execute(tx, update, values).await.map(drop)
}
