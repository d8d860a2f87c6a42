//! Giving positions in the order of commit.

use rangkai_db::{Db, DbErr, Tx, sql};
use rangkai_primitives::{Agency, Caller};

/// How many rows get their position in one transaction.
const BATCH: u64 = 1_000;

/// Gives a position to every committed row that has none.
///
/// Whoever does this holds the head row, so that positions are given in turn; a row that is committed
/// later gets a later position, however early it was written. So a reader never passes over one.
///
/// # Errors
///
/// When the database fails.
pub async fn advance(db: &Db) -> Result<(), DbErr> {
    let reader = Caller::block("events", Agency::platform());
    while db.act(reader.clone(), "advance", |tx| async move { batch(&tx).await }).await? == BATCH {}
    Ok(())
}

async fn batch(tx: &Tx) -> Result<u64, DbErr> {
    let lock = if tx.is_postgres() { " FOR UPDATE" } else { "" };
    let rows = sql::query(tx, &format!("SELECT position FROM event_head{lock}"), []).await?;
    let row = rows.first().ok_or_else(|| DbErr::RecordNotFound("the head of the log".into()))?;
    let head: i64 = row.try_get("", "position")?;
    let number = format!(
        "WITH fresh AS (SELECT number, row_number() OVER (ORDER BY number) AS step FROM event \
         WHERE position IS NULL ORDER BY number LIMIT {BATCH}) \
         UPDATE event SET position = $1 + fresh.step FROM fresh WHERE event.number = fresh.number"
    );
    let numbered = sql::keep_house(tx, &number, [head.into()]).await?;
    if numbered > 0 {
        let head = head.saturating_add_unsigned(numbered);
        sql::keep_house(tx, "UPDATE event_head SET position = $1", [head.into()]).await?;
    }
    Ok(numbered)
}
