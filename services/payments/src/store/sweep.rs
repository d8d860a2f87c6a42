//! The `sweep` table.

use rangkai_db::{DbErr, Tx, sql};

use crate::domain::Sweep;

/// Adds what was handed on to the treasury; false if the treasury's number was used before.
pub async fn insert(tx: &Tx, sweep: &Sweep) -> Result<bool, DbErr> {
    let insert = "INSERT INTO sweep (sweep_id, agency, currency, amount_minor, treasury_reference, \
                  swept_by, create_time) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    let values = [
        sweep.id.uuid().into(),
        tx.agency().as_str().into(),
        sweep.amount.currency().as_str().into(),
        sweep.amount.minor().into(),
        sweep.reference.as_str().into(),
        sweep.by.as_str().into(),
        sweep.create_time.into(),
    ];
    Ok(sql::execute(tx, insert, values).await? == 1)
}
