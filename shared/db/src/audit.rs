//! The audit log: who did what to which things.

use sea_orm::DbErr;
use uuid::Uuid;

use crate::{Tx, sql};

/// What the transaction itself does not know about its audit entry.
pub(crate) struct Entry {
    pub(crate) operation: &'static str,
    pub(crate) request_id: Option<Uuid>,
    pub(crate) digest: Option<[u8; 32]>,
}

/// Appends an entry; a later [`crate::Db::seal_audit`] chains it to those before.
pub(crate) async fn write(tx: &Tx, entry: &Entry) -> Result<(), DbErr> {
    let caller = tx.caller();
    let insert = "INSERT INTO audit (time, agency, caller, on_behalf, operation, request_id, digest, \
                  subjects) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = [
        tx.now().into(),
        caller.agency.as_str().into(),
        caller.id.as_str().into(),
        caller.on_behalf.clone().into(),
        entry.operation.into(),
        entry.request_id.into(),
        entry.digest.map(|digest| digest.to_vec()).into(),
        tx.subjects().into(),
    ];
    sql::execute(tx, insert, values).await?;
    Ok(())
}
