//! Facts about files of orders and reports about them.

use rangkai_db::{DbErr, Tx};
use rangkai_events::record;
use rangkai_proto::payments::v1::{RailFileWritten, RailReportImported};

use crate::domain::{Imported, RailFile};

/// A file of orders was written.
pub async fn rail_file_written(tx: &Tx, file: &RailFile) -> Result<(), DbErr> {
    let fact = RailFileWritten {
        rail_file_id: file.id.to_string(),
        envelope_id: file.envelope.to_string(),
        order_count: i64::try_from(file.order_count).unwrap_or(i64::MAX),
    };
    record(tx, file.id.uuid(), &fact).await
}

/// A message of a bank was imported.
pub async fn rail_report_imported(tx: &Tx, imported: &Imported) -> Result<(), DbErr> {
    let fact = RailReportImported {
        rail_report_id: imported.report.id.to_string(),
        settled_count: i64::try_from(imported.settled_count).unwrap_or(i64::MAX),
        exception_count: i64::try_from(imported.exceptions.len()).unwrap_or(i64::MAX),
    };
    record(tx, imported.report.id.uuid(), &fact).await
}
