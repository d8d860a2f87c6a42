//! The `inquiry` table.

use std::time::Duration;

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Agency, Id, Money, Timestamp};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{money, word};
use crate::domain::Envelope;

/// How long an inquiry may be under way before another one is made.
const UNDER_WAY: Duration = Duration::from_mins(1);

/// An order to ask the rail about.
#[derive(Clone, Debug)]
pub struct Due {
    pub agency: Agency,
    pub envelope: Id<Envelope>,
    pub instruction: Uuid,
    pub amount: Money,
}

/// Sets when to inquire about orders; each counts on from the inquiries that were made.
pub async fn set(tx: &Tx, envelope: Id<Envelope>, due: &[(Uuid, Timestamp)]) -> Result<(), DbErr> {
    let columns = ["instruction_id", "agency", "envelope_id", "made", "due_time"];
    let row = |(instruction, due): &(Uuid, Timestamp)| -> Vec<Value> {
        vec![
            (*instruction).into(),
            tx.agency().as_str().into(),
            envelope.uuid().into(),
            0_i64.into(),
            (*due).into(),
        ]
    };
    let rows: Vec<_> = due.iter().map(row).collect();
    sql::insert_absent(tx, "inquiry", &columns, rows.clone()).await?;
    let update = "UPDATE inquiry SET due_time = many.due_time FROM many \
                  WHERE inquiry.instruction_id = many.instruction_id \
                  AND inquiry.agency = many.agency";
    sql::execute_many(tx, &columns, rows, update).await.map(drop)
}

/// Asks no more about orders.
pub async fn remove(tx: &Tx, instructions: &[Uuid]) -> Result<(), DbErr> {
    let row = |instruction: &Uuid| vec![(*instruction).into(), tx.agency().as_str().into()];
    let rows = instructions.iter().map(row).collect();
    let delete = "DELETE FROM inquiry WHERE agency IN (SELECT agency FROM many) \
                  AND instruction_id IN (SELECT instruction_id FROM many)";
    sql::execute_many(tx, &["instruction_id", "agency"], rows, delete).await.map(drop)
}

/// Takes orders of every agency to inquire about, and counts the inquiry.
pub async fn take_due(tx: &Tx, limit: i64) -> Result<Vec<Due>, DbErr> {
    let skip = if tx.is_postgres() { "FOR UPDATE SKIP LOCKED" } else { "" };
    let take = format!(
        "UPDATE inquiry SET made = made + 1, due_time = $3 WHERE instruction_id IN (\
             SELECT instruction_id FROM inquiry WHERE due_time <= $1 \
             ORDER BY due_time LIMIT $2 {skip}) \
         RETURNING agency, envelope_id, instruction_id, \
             (SELECT amount_minor FROM instruction \
              WHERE instruction.envelope_id = inquiry.envelope_id \
              AND instruction.instruction_id = inquiry.instruction_id) AS minor, \
             (SELECT currency FROM envelope \
              WHERE envelope.envelope_id = inquiry.envelope_id) AS currency"
    );
    let values = [tx.now().into(), limit.into(), (tx.now() + UNDER_WAY).into()];
    sql::query(tx, &take, values).await?.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<Due, DbErr> {
    let currency: String = row.try_get("", "currency")?;
    Ok(Due {
        agency: word("agency", &row.try_get::<String>("", "agency")?)?,
        envelope: row.try_get::<Uuid>("", "envelope_id")?.into(),
        instruction: row.try_get("", "instruction_id")?,
        amount: money(&currency, row.try_get("", "minor")?)?,
    })
}
