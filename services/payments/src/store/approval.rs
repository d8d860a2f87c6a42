//! The `approval` table.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Id;
use sea_orm::QueryResult;

use super::hash;
use crate::domain::Envelope;

/// Adds an approval of exactly these contents.
pub async fn insert(
    tx: &Tx,
    envelope: Id<Envelope>,
    contents: &[u8; 32],
    person: &str,
) -> Result<(), DbErr> {
    let insert = "INSERT INTO approval (agency, envelope_id, contents_hash, approver, create_time) \
                  VALUES ($1, $2, $3, $4, $5)";
    let values = [
        tx.agency().as_str().into(),
        envelope.uuid().into(),
        contents.to_vec().into(),
        person.into(),
        tx.now().into(),
    ];
    sql::execute(tx, insert, values).await.map(drop)
}

/// The contents that were approved last.
pub async fn latest(tx: &Tx, envelope: Id<Envelope>) -> Result<Option<[u8; 32]>, DbErr> {
    let find = "SELECT contents_hash FROM approval WHERE agency = $1 AND envelope_id = $2 \
                ORDER BY create_time DESC LIMIT 1";
    let values = [tx.agency().as_str().into(), envelope.uuid().into()];
    let rows = sql::query(tx, find, values).await?;
    let read =
        |row: &QueryResult| hash("contents_hash", &row.try_get::<Vec<u8>>("", "contents_hash")?);
    rows.first().map(read).transpose()
}

/// Who approved exactly these contents, in the order in which they did.
pub async fn list(
    tx: &Tx,
    envelope: Id<Envelope>,
    contents: &[u8; 32],
) -> Result<Vec<String>, DbErr> {
    let list = "SELECT approver FROM approval \
                WHERE agency = $1 AND envelope_id = $2 AND contents_hash = $3 \
                ORDER BY create_time, approver";
    let values = [tx.agency().as_str().into(), envelope.uuid().into(), contents.to_vec().into()];
    sql::query(tx, list, values).await?.iter().map(|row| row.try_get("", "approver")).collect()
}
