//! The audit log: who did what to which things.

use sea_orm::DbErr;
use uuid::Uuid;

use crate::{Tx, sql, tx::Asker};

const COLUMNS: [&str; 8] =
    ["time", "agency", "caller", "on_behalf", "operation", "request_id", "digest", "subjects"];

/// What the transaction itself does not know about its audit entry.
pub(crate) struct Entry {
    pub(crate) operation: &'static str,
    pub(crate) request_id: Option<Uuid>,
    pub(crate) digest: Option<[u8; 32]>,
}

/// Appends an entry; a later [`crate::Db::seal_audit`] chains it to those before.
pub(crate) async fn write(tx: &Tx, entry: Entry) -> Result<(), DbErr> {
    write_many(tx, [(&*tx.asker(), entry)]).await
}

/// Appends an entry for each of several askers.
pub(crate) async fn write_many(
    tx: &Tx,
    entries: impl IntoIterator<Item = (&Asker, Entry)> + Send,
) -> Result<(), DbErr> {
    let row = |(asker, entry): (&Asker, Entry)| {
        let caller = asker.caller();
        vec![
            tx.now().into(),
            caller.agency.as_str().into(),
            caller.id.as_str().into(),
            caller.on_behalf.clone().into(),
            entry.operation.into(),
            entry.request_id.into(),
            entry.digest.map(|digest| digest.to_vec()).into(),
            asker.subjects().into(),
        ]
    };
    let rows = entries.into_iter().map(row).collect();
    sql::insert_many(tx, "audit", &COLUMNS, rows).await?;
    Ok(())
}
