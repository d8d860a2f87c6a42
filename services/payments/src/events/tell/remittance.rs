//! Facts about files of payments.

use rangkai_db::{DbErr, Tx};
use rangkai_events::record;
use rangkai_proto::payments::v1::RemittancesImported;

use crate::domain::Import;

/// A bank's file of payments was imported.
pub async fn remittances_imported(tx: &Tx, import: &Import) -> Result<(), DbErr> {
    let fact = RemittancesImported {
        import_id: import.id.to_string(),
        bank_code: import.bank_code.clone(),
        count: i32::try_from(import.count).unwrap_or(i32::MAX),
        total: Some(import.total.into()),
    };
    record(tx, import.id.uuid(), &fact).await
}
