//! The `entry` table.

use std::ops::Range;

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Page, Timestamp};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{HALF, money, word};
use crate::domain::{Account, Entry, Line};

const COLUMNS: [&str; 9] = [
    "account_id",
    "position",
    "agency",
    "entry_id",
    "transfer_id",
    "direction",
    "amount_minor",
    "balance_after_minor",
    "create_time",
];

/// Adds entries.
pub async fn insert(tx: &Tx, entries: &[Entry]) -> Result<(), DbErr> {
    let row = |entry: &Entry| {
        vec![
            entry.account.uuid().into(),
            entry.position.into(),
            tx.agency().as_str().into(),
            entry.id.uuid().into(),
            entry.transfer.uuid().into(),
            entry.direction.as_str().into(),
            entry.amount.minor().into(),
            entry.balance_after.minor().into(),
            entry.create_time.into(),
        ]
    };
    sql::insert_many(tx, "entry", &COLUMNS, entries.iter().map(row).collect()).await?;
    Ok(())
}

/// Lists the entries of an account, newest first: one more than the page, if there is one.
pub async fn list(tx: &Tx, account: &Account, page: &Page<Entry>) -> Result<Vec<Line>, DbErr> {
    let before = page.after.map_or(i64::MAX, Entry::position_at);
    lines(tx, account, 1..before, page.limit(), "DESC").await
}

/// Lists the entries of an account at `positions`, oldest first: one more than the page, if there
/// is one.
pub async fn list_between(
    tx: &Tx,
    account: &Account,
    positions: Range<i64>,
    page: &Page<Entry>,
) -> Result<Vec<Line>, DbErr> {
    let begin = page.after.map_or(positions.start, |after| Entry::position_at(after) + 1);
    lines(tx, account, begin..positions.end, page.limit(), "ASC").await
}

/// Finds the position of the first entry from `time` on, or else the one that the next will have.
///
/// The times of the entries of an account follow their positions, so halving finds it.
pub async fn first_from(tx: &Tx, account: &Account, time: Timestamp) -> Result<i64, DbErr> {
    let earlier = "(SELECT create_time < $3 FROM entry WHERE agency = $1 AND account_id = $2 \
                    AND position = (low + high) / 2)";
    let find = format!(
        "WITH RECURSIVE halving (low, high) AS (\
             SELECT CAST(1 AS bigint), CAST($4 AS bigint) UNION ALL \
             SELECT CASE WHEN {earlier} THEN (low + high) / 2 + 1 ELSE low END, \
                    CASE WHEN {earlier} THEN high ELSE (low + high) / 2 END \
             FROM halving WHERE low < high) \
         SELECT MAX(low) AS first FROM halving"
    );
    let values = [
        tx.agency().as_str().into(),
        account.id.uuid().into(),
        time.into(),
        (account.balances.entry_count + 1).into(),
    ];
    let rows = sql::query(tx, &find, values).await?;
    let row = rows.first().ok_or_else(|| DbErr::RecordNotFound("a position".into()))?;
    row.try_get("", "first")
}

/// The balance of an account after the entry at `position`; nothing before the first.
pub async fn balance_after(tx: &Tx, account: &Account, position: i64) -> Result<i64, DbErr> {
    let find = "SELECT balance_after_minor FROM entry \
                WHERE agency = $1 AND account_id = $2 AND position = $3";
    let values = [tx.agency().as_str().into(), account.id.uuid().into(), position.into()];
    let rows = sql::query(tx, find, values).await?;
    rows.first().map_or(Ok(0), |row| row.try_get("", "balance_after_minor"))
}

/// The sums of the debits and of the credits of an account at `positions`.
pub async fn sums(tx: &Tx, account: &Account, positions: Range<i64>) -> Result<[i128; 2], DbErr> {
    let sums = format!(
        "SELECT direction, CAST(SUM(amount_minor / {HALF}) AS bigint) AS high, \
                CAST(SUM(amount_minor % {HALF}) AS bigint) AS low \
         FROM entry WHERE agency = $1 AND account_id = $2 AND position >= $3 AND position < $4 \
         GROUP BY direction"
    );
    let values: [Value; 4] = [
        tx.agency().as_str().into(),
        account.id.uuid().into(),
        positions.start.into(),
        positions.end.into(),
    ];
    let mut totals = [0, 0];
    for row in sql::query(tx, &sums, values).await? {
        let [high, low] = ["high", "low"].map(|column| row.try_get::<i64>("", column));
        let sum = i128::from(high?) * HALF + i128::from(low?);
        let debit = row.try_get::<String>("", "direction")? == "debit";
        totals[usize::from(!debit)] = sum;
    }
    Ok(totals)
}

async fn lines(
    tx: &Tx,
    account: &Account,
    positions: Range<i64>,
    limit: u64,
    order: &str,
) -> Result<Vec<Line>, DbErr> {
    let list = format!(
        "SELECT position, entry_id, entry.transfer_id, direction, entry.amount_minor, \
                balance_after_minor, entry.create_time, description, reference, source_id \
         FROM entry JOIN transfer \
         ON transfer.transfer_id = entry.transfer_id AND transfer.agency = entry.agency \
         WHERE entry.agency = $1 AND account_id = $2 AND position >= $3 AND position < $4 \
         ORDER BY position {order} LIMIT $5"
    );
    let values: [Value; 5] = [
        tx.agency().as_str().into(),
        account.id.uuid().into(),
        positions.start.into(),
        positions.end.into(),
        i64::try_from(limit).unwrap_or(i64::MAX).into(),
    ];
    sql::query(tx, &list, values).await?.iter().map(|row| line(account, row)).collect()
}

fn line(account: &Account, row: &QueryResult) -> Result<Line, DbErr> {
    let amount = |column| money(account.currency.as_str(), row.try_get("", column)?);
    let direction: String = row.try_get("", "direction")?;
    Ok(Line {
        entry: Entry {
            id: row.try_get::<Uuid>("", "entry_id")?.into(),
            transfer: row.try_get::<Uuid>("", "transfer_id")?.into(),
            account: account.id,
            position: row.try_get("", "position")?,
            direction: word("direction", &direction)?,
            amount: amount("amount_minor")?,
            balance_after: amount("balance_after_minor")?,
            create_time: row.try_get("", "create_time")?,
        },
        description: row.try_get("", "description")?,
        reference: row.try_get("", "reference")?,
        source: row.try_get("", "source_id")?,
    })
}
