//! The `rail_pace` table.

use rangkai_db::{DbErr, Tx, sql};
use sea_orm::Value;

use crate::domain::Pace;

/// Finds how fast the rail may be given orders, and holds the row until the transaction ends. It
/// comes into being, with all of `full`, on first use.
pub async fn lock(tx: &Tx, rail: &str, full: i64) -> Result<Pace, DbErr> {
    let insert = "INSERT INTO rail_pace (agency, rail, allowance, since) VALUES ($1, $2, $3, $4) \
                  ON CONFLICT DO NOTHING";
    let owner = tx.agency().as_str();
    let values: [Value; 4] = [owner.into(), rail.into(), full.into(), tx.now().into()];
    sql::keep_house(tx, insert, values).await?;
    let held = if tx.is_postgres() { " FOR UPDATE" } else { "" };
    let find =
        format!("SELECT allowance, since FROM rail_pace WHERE agency = $1 AND rail = $2{held}");
    let rows = sql::query(tx, &find, [owner.into(), rail.into()]).await?;
    let row = rows.first().ok_or_else(|| DbErr::RecordNotFound("a pace".to_owned()))?;
    Ok(Pace { allowance: row.try_get("", "allowance")?, since: row.try_get("", "since")? })
}

/// Writes it back.
pub async fn update(tx: &Tx, rail: &str, pace: Pace) -> Result<(), DbErr> {
    let update = "UPDATE rail_pace SET allowance = $3, since = $4 WHERE agency = $1 AND rail = $2";
    let values: [Value; 4] =
        [tx.agency().as_str().into(), rail.into(), pace.allowance.into(), pace.since.into()];
    sql::keep_house(tx, update, values).await?;
    Ok(())
}
