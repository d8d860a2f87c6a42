//! What happened to deadlines.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Id;
use sea_orm::QueryResult;
use uuid::Uuid;

use super::{number, open_bytes, seal_bytes, word};
use crate::domain::deadline::{Deadline, Entry};

/// Adds to what happened to a deadline.
pub async fn insert(tx: &Tx, deadline: Id<Deadline>, entry: &Entry) -> Result<(), DbErr> {
    let insert = "INSERT INTO deadline_entry (agency, deadline_id, sequence, change, reason, \
                  legal_basis, amount, end_time, computation_id, time) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let reason = (!entry.reason.is_empty()).then(|| seal_bytes(tx, entry.reason.as_bytes()));
    let values = [
        tx.agency().as_str().into(),
        deadline.uuid().into(),
        entry.sequence.into(),
        entry.change.word().into(),
        reason.transpose()?.into(),
        entry.legal_basis.as_str().into(),
        i64::from(entry.amount).into(),
        entry.end_time.into(),
        entry.computation.map(Id::uuid).into(),
        entry.time.into(),
    ];
    sql::execute(tx, insert, values).await?;
    Ok(())
}

/// Lists what happened to a deadline, oldest first.
pub async fn list(tx: &Tx, deadline: Id<Deadline>) -> Result<Vec<Entry>, DbErr> {
    let list = "SELECT sequence, change, reason, legal_basis, amount, end_time, computation_id, \
                time FROM deadline_entry WHERE deadline_id = $1 AND agency = $2 ORDER BY sequence";
    let values = [deadline.uuid().into(), tx.agency().as_str().into()];
    sql::query(tx, list, values).await?.iter().map(|row| read(tx, row)).collect()
}

fn read(tx: &Tx, row: &QueryResult) -> Result<Entry, DbErr> {
    let reason: Option<Vec<u8>> = row.try_get("", "reason")?;
    let reason = reason.map(|sealed| open_bytes(tx, &sealed)).transpose()?.unwrap_or_default();
    Ok(Entry {
        sequence: row.try_get("", "sequence")?,
        change: word(row, "change")?,
        time: row.try_get("", "time")?,
        reason: String::from_utf8(reason).map_err(|_| DbErr::Type("not a text".into()))?,
        legal_basis: row.try_get("", "legal_basis")?,
        amount: number(row, "amount")?,
        end_time: row.try_get("", "end_time")?,
        computation: row.try_get::<Option<Uuid>>("", "computation_id")?.map(Into::into),
    })
}
