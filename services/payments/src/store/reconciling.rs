//! The `reconciling` table: what is compared with banks, and closed, by one at a time.

use rangkai_db::{DbErr, Tx, sql};

/// Holds the agency's reconciliation until the transaction ends: whoever comes second sees what the
/// first did. `SQLite` has one writer anyway.
pub async fn hold(tx: &Tx) -> Result<(), DbErr> {
    if !tx.is_postgres() {
        return Ok(());
    }
    let insert = "INSERT INTO reconciling (agency) VALUES ($1) ON CONFLICT DO NOTHING";
    sql::execute(tx, insert, [tx.agency().as_str().into()]).await?;
    let hold = "SELECT 1 FROM reconciling WHERE agency = $1 FOR UPDATE";
    sql::query(tx, hold, [tx.agency().as_str().into()]).await.map(drop)
}
