//! The `remittance_import` table.

use rangkai_db::{DbErr, Tx, sql};
use uuid::Uuid;

use crate::domain::Import;

/// Adds an import; false if the same file was imported before. Waits for whoever is about to.
pub async fn insert(tx: &Tx, import: &Import) -> Result<bool, DbErr> {
    let insert = "INSERT INTO remittance_import \
                  (import_id, agency, hash, bank_code, day, count, currency, total_minor, \
                  create_time) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    let count = i64::try_from(import.count).map_err(|error| DbErr::Type(error.to_string()))?;
    let values = [
        import.id.uuid().into(),
        tx.agency().as_str().into(),
        import.hash.to_vec().into(),
        import.bank_code.as_str().into(),
        import.day.to_string().into(),
        count.into(),
        import.total.currency().as_str().into(),
        import.total.minor().into(),
        tx.now().into(),
    ];
    Ok(sql::execute(tx, insert, values).await? == 1)
}

/// Finds the import of a file, whoever handed it in.
pub async fn find(tx: &Tx, hash: &[u8; 32]) -> Result<Option<Uuid>, DbErr> {
    let find = "SELECT import_id FROM remittance_import WHERE hash = $1";
    let rows = sql::query(tx, find, [hash.to_vec().into()]).await?;
    rows.first().map(|row| row.try_get("", "import_id")).transpose()
}
