//! The `settlement` table.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Id;
use uuid::Uuid;

use crate::domain::{Envelope, Tally};

/// Adds what was recorded together.
pub async fn insert(
    tx: &Tx,
    id: Uuid,
    envelope: Id<Envelope>,
    [paid, failed]: [Tally; 2],
) -> Result<(), DbErr> {
    let insert = "INSERT INTO settlement (settlement_id, agency, envelope_id, paid_count, \
                  paid_minor, failed_count, failed_minor, create_time) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = [
        id.into(),
        tx.agency().as_str().into(),
        envelope.uuid().into(),
        paid.count.into(),
        paid.minor.into(),
        failed.count.into(),
        failed.minor.into(),
        tx.now().into(),
    ];
    sql::execute(tx, insert, values).await.map(drop)
}
