//! The `rail_report` table.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Id;
use sea_orm::Value;
use uuid::Uuid;

use crate::domain::RailReport;

/// Adds a report unless the same message was imported before; answers the report that was.
pub async fn insert(
    tx: &Tx,
    report: &RailReport,
    content_hash: [u8; 32],
) -> Result<Option<Id<RailReport>>, DbErr> {
    let insert = "INSERT INTO rail_report \
                  (rail_report_id, agency, content_hash, kind, message, create_time) \
                  VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    let values: [Value; 6] = [
        report.id.uuid().into(),
        tx.agency().as_str().into(),
        content_hash.to_vec().into(),
        report.kind.as_str().into(),
        report.message.as_str().into(),
        report.create_time.into(),
    ];
    if sql::execute(tx, insert, values).await? == 1 {
        return Ok(None);
    }
    let find = "SELECT rail_report_id FROM rail_report WHERE agency = $1 AND content_hash = $2";
    let values: [Value; 2] = [tx.agency().as_str().into(), content_hash.to_vec().into()];
    let rows = sql::query(tx, find, values).await?;
    let row = rows.first().ok_or_else(|| DbErr::RecordNotFound("a rail report".to_owned()))?;
    Ok(Some(row.try_get::<Uuid>("", "rail_report_id")?.into()))
}
