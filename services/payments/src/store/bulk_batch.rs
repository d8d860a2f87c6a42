//! The `bulk_batch` table: the envelopes that came as batches over the public REST profile.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Id;
use uuid::Uuid;

use crate::domain::Envelope;

/// Notes which envelope a batch of a source is; answers whether it came for the first time.
pub async fn insert(
    tx: &Tx,
    source: &str,
    batch: &str,
    envelope: Id<Envelope>,
) -> Result<bool, DbErr> {
    let insert = "INSERT INTO bulk_batch (agency, batch, source, envelope_id) \
                  VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    let values = [tx.agency().as_str().into(), batch.into(), source.into(), envelope.uuid().into()];
    Ok(sql::execute(tx, insert, values).await? == 1)
}

/// The envelope of a batch. Where several sources call one so, it is the newest of those that the
/// caller brought, or else the newest of all.
pub async fn find(tx: &Tx, batch: &str) -> Result<Option<Id<Envelope>>, DbErr> {
    let find = "SELECT bulk_batch.envelope_id FROM bulk_batch JOIN envelope \
                ON envelope.agency = bulk_batch.agency \
                AND envelope.envelope_id = bulk_batch.envelope_id \
                WHERE bulk_batch.agency = $1 AND bulk_batch.batch = $2 \
                ORDER BY CASE WHEN envelope.created_by = $3 THEN 0 ELSE 1 END, \
                bulk_batch.envelope_id DESC LIMIT 1";
    let values = [tx.agency().as_str().into(), batch.into(), tx.caller().id.as_str().into()];
    let rows = sql::query(tx, find, values).await?;
    rows.first().map(|row| Ok(row.try_get::<Uuid>("", "envelope_id")?.into())).transpose()
}
