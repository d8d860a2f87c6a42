//! The `closed_day` table.

use chrono::NaiveDate;
use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Page;
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::word;
use crate::domain::ClosedDay;

const COLUMNS: &str = "closed_day_id, day, totals, entries_sha256, previous_hash, hash, closed_by, \
                       close_time";

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
