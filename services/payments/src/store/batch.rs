//! The `batch` table.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Agency, Id, Timestamp};
use sea_orm::QueryResult;
use uuid::Uuid;

use super::word;
use crate::domain::{Envelope, Tally};

/// Orders that were taken to be sent together.
#[derive(Clone, Debug)]
pub struct Batch {
    pub id: Uuid,
    pub envelope: Id<Envelope>,
    pub first: Uuid,
    pub last: Uuid,
}

/// Adds a batch, with the moment from which on somebody asks about those that nobody spoke of.
pub async fn insert(tx: &Tx, batch: &Batch, tally: Tally, due: Timestamp) -> Result<(), DbErr> {
    let insert = "INSERT INTO batch (batch_id, agency, envelope_id, first_id, last_id, item_count, \
                  amount_minor, due_time) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = [
        batch.id.into(),
        tx.agency().as_str().into(),
        batch.envelope.uuid().into(),
        batch.first.into(),
        batch.last.into(),
        tally.count.into(),
        tally.minor.into(),
        due.into(),
    ];
    sql::execute(tx, insert, values).await.map(drop)
}

/// Takes batches of every agency that are due, each of them once.
pub async fn take_due(tx: &Tx, limit: i64) -> Result<Vec<(Agency, Batch)>, DbErr> {
    let skip = if tx.is_postgres() { "FOR UPDATE SKIP LOCKED" } else { "" };
    let take = format!(
        "UPDATE batch SET due_time = NULL WHERE batch_id IN (\
             SELECT batch_id FROM batch WHERE due_time IS NOT NULL AND due_time <= $1 \
             ORDER BY due_time LIMIT $2 {skip}) \
         RETURNING batch_id, agency, envelope_id, first_id, last_id"
    );
    let row = |row: &QueryResult| {
        let batch = Batch {
            id: row.try_get("", "batch_id")?,
            envelope: row.try_get::<Uuid>("", "envelope_id")?.into(),
            first: row.try_get("", "first_id")?,
            last: row.try_get("", "last_id")?,
        };
        Ok((word("agency", &row.try_get::<String>("", "agency")?)?, batch))
    };
    sql::query(tx, &take, [tx.now().into(), limit.into()]).await?.iter().map(row).collect()
}
