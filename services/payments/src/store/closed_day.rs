//! The `closed_day` table, and the entries that a day holds.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{Context, SHA256};
use chrono::NaiveDate;
use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Page, Timestamp};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{recorded::span, word};
use crate::domain::{ClosedDay, DayTotal, Posted, finish};

const COLUMNS: &str = "closed_day_id, day, totals, entries_sha256, previous_hash, hash, closed_by, \
                       close_time";
/// How many entries are read at once.
const BATCH: usize = 5_000;

/// Adds a closed day; false if the day is closed, or another one follows the same day, by now.
pub async fn insert(tx: &Tx, day: &ClosedDay) -> Result<bool, DbErr> {
    let insert = format!(
        "INSERT INTO closed_day (agency, {COLUMNS}) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING"
    );
    let totals = serde_json::to_string(&day.totals);
    let values: [Value; 9] = [
        tx.agency().as_str().into(),
        day.id.uuid().into(),
        day.day.to_string().into(),
        totals.map_err(|error| DbErr::Json(error.to_string()))?.into(),
        day.entries_sha256.to_vec().into(),
        day.previous_hash.to_vec().into(),
        day.hash.to_vec().into(),
        day.closed_by.as_str().into(),
        day.close_time.into(),
    ];
    Ok(sql::execute(tx, &insert, values).await? == 1)
}

/// The last closed day.
pub async fn last(tx: &Tx) -> Result<Option<ClosedDay>, DbErr> {
    let find =
        format!("SELECT {COLUMNS} FROM closed_day WHERE agency = $1 ORDER BY day DESC LIMIT 1");
    sql::query(tx, &find, [tx.agency().as_str().into()]).await?.first().map(closed).transpose()
}

/// The closed days, oldest first: at most `limit`, those after `day` if there is one.
pub async fn following(
    tx: &Tx,
    day: Option<NaiveDate>,
    limit: u64,
) -> Result<Vec<ClosedDay>, DbErr> {
    let find = format!(
        "SELECT {COLUMNS} FROM closed_day WHERE agency = $1 AND day > $2 ORDER BY day LIMIT {limit}"
    );
    let after = day.map(|day| day.to_string()).unwrap_or_default();
    let rows = sql::query(tx, &find, [tx.agency().as_str().into(), after.into()]).await?;
    rows.iter().map(closed).collect()
}

/// Lists closed days, newest first: one more than the page, if there is one.
pub async fn list(tx: &Tx, page: &Page<ClosedDay>) -> Result<Vec<ClosedDay>, DbErr> {
    let after = "AND day < (SELECT day FROM closed_day WHERE agency = $1 AND closed_day_id = $2)";
    let list = format!(
        "SELECT {COLUMNS} FROM closed_day WHERE agency = $1 {} ORDER BY day DESC LIMIT {}",
        if page.after.is_some() { after } else { "" },
        page.limit()
    );
    let mut values: Vec<Value> = vec![tx.agency().as_str().into()];
    values.extend(page.after.map(|after| after.uuid().into()));
    sql::query(tx, &list, values).await?.iter().map(closed).collect()
}

/// What was posted after the end of `after`, or ever, until the end of `day`.
pub async fn posted(tx: &Tx, after: Option<NaiveDate>, day: NaiveDate) -> Result<Posted, DbErr> {
    let outside = || DbErr::Custom("the day is outside the calendar".to_owned());
    let from = match after {
        Some(after) => span(after).ok_or_else(outside)?.1,
        None => Timestamp::UNIX_EPOCH,
    };
    let until = span(day).ok_or_else(outside)?.1;
    let mut totals = BTreeMap::new();
    let mut hash = Context::new(&SHA256);
    let mut last = (Uuid::nil(), 0);
    loop {
        let rows = entries(tx, (from, until), last).await?;
        for row in &rows {
            last = add(row, &mut totals, &mut hash)?;
        }
        if rows.len() < BATCH {
            let totals = totals.into_values().collect();
            return Ok(Posted { totals, entries_sha256: finish(hash) });
        }
    }
}

async fn entries(
    tx: &Tx,
    (from, until): (Timestamp, Timestamp),
    (account, position): (Uuid, i64),
) -> Result<Vec<QueryResult>, DbErr> {
    let find = format!(
        "SELECT entry.account_id, position, entry.transfer_id, direction, entry.amount_minor, \
                description, source_id, entry.create_time, currency \
         FROM entry JOIN transfer ON transfer.transfer_id = entry.transfer_id \
         WHERE entry.agency = $1 AND entry.create_time >= $2 AND entry.create_time < $3 \
         AND (entry.account_id, position) > ($4, $5) \
         ORDER BY entry.account_id, position LIMIT {BATCH}"
    );
    let values =
        [tx.agency().as_str().into(), from.into(), until.into(), account.into(), position.into()];
    sql::query(tx, &find, values).await
}

/// Counts an entry, and goes on with the hash over it; answers where it stands.
fn add(
    row: &QueryResult,
    totals: &mut BTreeMap<String, DayTotal>,
    hash: &mut Context,
) -> Result<(Uuid, i64), DbErr> {
    let account: Uuid = row.try_get("", "account_id")?;
    let position: i64 = row.try_get("", "position")?;
    let amount: i64 = row.try_get("", "amount_minor")?;
    let text = |column| row.try_get::<String>("", column);
    let (currency, direction) = (text("currency")?, text("direction")?);
    let total = totals.entry(currency.clone());
    let total = total.or_insert_with(|| DayTotal { currency, ..DayTotal::default() });
    total.entry_count += 1;
    let side =
        if direction == "debit" { &mut total.debits_minor } else { &mut total.credits_minor };
    *side += i128::from(amount);

    hash.update(account.as_bytes());
    hash.update(&position.to_be_bytes());
    hash.update(row.try_get::<Uuid>("", "transfer_id")?.as_bytes());
    hash.update(direction.as_bytes());
    hash.update(&amount.to_be_bytes());
    // What was written down may have any length; its end is marked.
    hash.update(text("description")?.as_bytes());
    hash.update(&[0]);
    let source: Option<Uuid> = row.try_get("", "source_id")?;
    hash.update(source.unwrap_or_default().as_bytes());
    let time: Timestamp = row.try_get("", "create_time")?;
    hash.update(&time.timestamp_micros().to_be_bytes());
    Ok((account, position))
}

fn closed(row: &QueryResult) -> Result<ClosedDay, DbErr> {
    let text = |column| row.try_get::<String>("", column);
    let hash = |column: &str| {
        let bytes: Vec<u8> = row.try_get("", column)?;
        bytes.try_into().map_err(|_| DbErr::Type(column.to_owned()))
    };
    Ok(ClosedDay {
        id: row.try_get::<Uuid>("", "closed_day_id")?.into(),
        day: word("day", &text("day")?)?,
        totals: serde_json::from_str(&text("totals")?)
            .map_err(|error| DbErr::Json(error.to_string()))?,
        entries_sha256: hash("entries_sha256")?,
        previous_hash: hash("previous_hash")?,
        hash: hash("hash")?,
        closed_by: text("closed_by")?,
        close_time: row.try_get("", "close_time")?,
    })
}
