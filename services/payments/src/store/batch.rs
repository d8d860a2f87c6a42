//! The `batch` table.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Agency, Id, Timestamp};
use sea_orm::{QueryResult, Value};
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

/// A batch of whose orders nobody spoke in time.
#[derive(Clone, Debug)]
pub struct Due {
    pub agency: Agency,
    pub time: Timestamp,
    pub id: Uuid,
    pub envelope: Id<Envelope>,
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

/// Finds batches of every agency that are due, those after `after` by their times and ids.
pub async fn due(tx: &Tx, after: Option<(Timestamp, Uuid)>, limit: i64) -> Result<Vec<Due>, DbErr> {
    let find = format!(
        "SELECT batch_id, agency, envelope_id, due_time FROM batch \
         WHERE due_time IS NOT NULL AND due_time <= $1 {} \
         ORDER BY due_time, batch_id LIMIT $2",
        if after.is_some() { "AND (due_time, batch_id) > ($3, $4)" } else { "" }
    );
    let row = |row: &QueryResult| {
        Ok(Due {
            agency: word("agency", &row.try_get::<String>("", "agency")?)?,
            time: row.try_get("", "due_time")?,
            id: row.try_get("", "batch_id")?,
            envelope: row.try_get::<Uuid>("", "envelope_id")?.into(),
        })
    };
    let mut values: Vec<Value> = vec![tx.now().into(), limit.into()];
    values.extend(after.into_iter().flat_map(|(due, id)| [Value::from(due), Value::from(id)]));
    sql::query(tx, &find, values).await?.iter().map(row).collect()
}

/// Takes a batch for good, if it is due; answers its first and its last order.
pub async fn take(tx: &Tx, id: Uuid) -> Result<Option<[Uuid; 2]>, DbErr> {
    let take = "UPDATE batch SET due_time = NULL \
                WHERE batch_id = $1 AND agency = $2 AND due_time <= $3 \
                RETURNING first_id, last_id";
    let values = [id.into(), tx.agency().as_str().into(), tx.now().into()];
    let ends = |row: &QueryResult| Ok([row.try_get("", "first_id")?, row.try_get("", "last_id")?]);
    sql::query(tx, take, values).await?.first().map(ends).transpose()
}

/// Has a batch that is due come due again at another time.
pub async fn put_off(tx: &Tx, id: Uuid, until: Timestamp) -> Result<(), DbErr> {
    let put_off = "UPDATE batch SET due_time = $4 \
                   WHERE batch_id = $1 AND agency = $2 AND due_time <= $3";
    let values = [id.into(), tx.agency().as_str().into(), tx.now().into(), until.into()];
    sql::execute(tx, put_off, values).await.map(drop)
}
