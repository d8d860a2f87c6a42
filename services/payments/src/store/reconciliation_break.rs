//! The `reconciliation_break` table.

use chrono::NaiveDate;
use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Money, Page};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{money, word};
use crate::domain::{BankStatement, Break, BreakState, Flow};

const COLUMNS: [&str; 18] = [
    "agency",
    "break_id",
    "statement_id",
    "bank_code",
    "day",
    "kind",
    "reference",
    "flow",
    "currency",
    "booked_minor",
    "recorded_minor",
    "state",
    "resolution",
    "reason",
    "proposed_by",
    "confirmed_by",
    "create_time",
    "update_time",
];

/// Adds breaks.
pub async fn insert(tx: &Tx, breaks: &[Break]) -> Result<(), DbErr> {
    let rows = breaks.iter().map(|it| row(tx, it)).collect();
    sql::insert_many(tx, "reconciliation_break", &COLUMNS, rows).await?;
    Ok(())
}

/// Finds a break and holds it until the transaction ends.
pub async fn lock(tx: &Tx, id: Id<Break>) -> Result<Option<Break>, DbErr> {
    let held = if tx.is_postgres() { " FOR UPDATE" } else { "" };
    let find =
        format!("SELECT * FROM reconciliation_break WHERE agency = $1 AND break_id = $2{held}");
    let values = [tx.agency().as_str().into(), id.uuid().into()];
    sql::query(tx, &find, values).await?.first().map(found).transpose()
}

/// The unresolved breaks of a bank that wait for a line on a statement, held until the transaction
/// ends.
pub async fn lock_missing_there(tx: &Tx, bank_code: &str) -> Result<Vec<Break>, DbErr> {
    let held = if tx.is_postgres() { " ORDER BY break_id FOR UPDATE" } else { "" };
    let find = format!(
        "SELECT * FROM reconciliation_break WHERE agency = $1 AND bank_code = $2 \
         AND kind = 'missing_there' AND state <> 'resolved'{held}"
    );
    let values = [tx.agency().as_str().into(), bank_code.into()];
    sql::query(tx, &find, values).await?.iter().map(found).collect()
}

/// Lists breaks, newest first: one more than the page, if there is one.
pub async fn list(
    tx: &Tx,
    state: Option<BreakState>,
    statement: Option<Id<BankStatement>>,
    page: &Page<Break>,
) -> Result<Vec<Break>, DbErr> {
    let list = format!(
        "SELECT * FROM reconciliation_break WHERE agency = $1 AND ($2 = '' OR state = $2) \
         AND ($3 OR statement_id = $4) {} ORDER BY break_id DESC LIMIT {}",
        if page.after.is_some() { "AND break_id < $5" } else { "" },
        page.limit()
    );
    let mut values: Vec<Value> = vec![
        tx.agency().as_str().into(),
        state.map_or("", BreakState::as_str).into(),
        statement.is_none().into(),
        statement.map_or(Uuid::nil(), Id::uuid).into(),
    ];
    values.extend(page.after.map(|after| after.uuid().into()));
    sql::query(tx, &list, values).await?.iter().map(found).collect()
}

/// How many breaks of statements up to `day` are not resolved.
pub async fn count_unresolved(tx: &Tx, day: NaiveDate) -> Result<i64, DbErr> {
    let count = "SELECT COUNT(*) AS unresolved FROM reconciliation_break \
                 WHERE agency = $1 AND state IN ('open', 'proposed') AND day <= $2";
    let rows = sql::query(tx, count, [tx.agency().as_str().into(), day.to_string().into()]).await?;
    rows.first().map_or(Ok(0), |row| row.try_get("", "unresolved"))
}

/// Writes a break back: where it stands, and who said so.
pub async fn update(tx: &Tx, it: &Break) -> Result<(), DbErr> {
    let update = "UPDATE reconciliation_break SET state = $3, resolution = $4, reason = $5, \
                  proposed_by = $6, confirmed_by = $7, update_time = $8 \
                  WHERE agency = $1 AND break_id = $2";
    let values = [
        tx.agency().as_str().into(),
        it.id.uuid().into(),
        it.state.as_str().into(),
        it.resolution.map(|resolution| resolution.as_str().to_owned()).into(),
        it.reason.as_str().into(),
        it.proposed_by.as_str().into(),
        it.confirmed_by.as_str().into(),
        it.update_time.into(),
    ];
    sql::execute(tx, update, values).await?;
    Ok(())
}

fn row(tx: &Tx, it: &Break) -> Vec<Value> {
    let currency = it.booked.or(it.recorded).map(|amount| amount.currency().to_string());
    vec![
        tx.agency().as_str().into(),
        it.id.uuid().into(),
        it.statement.uuid().into(),
        it.bank_code.as_str().into(),
        it.day.to_string().into(),
        it.kind.as_str().into(),
        it.reference.as_str().into(),
        it.flow.as_str().into(),
        currency.unwrap_or_default().into(),
        it.booked.map(Money::minor).into(),
        it.recorded.map(Money::minor).into(),
        it.state.as_str().into(),
        it.resolution.map(|resolution| resolution.as_str().to_owned()).into(),
        it.reason.as_str().into(),
        it.proposed_by.as_str().into(),
        it.confirmed_by.as_str().into(),
        it.create_time.into(),
        it.update_time.into(),
    ]
}

fn found(row: &QueryResult) -> Result<Break, DbErr> {
    let text = |column| row.try_get::<String>("", column);
    let currency = text("currency")?;
    let amount = |column| {
        let minor: Option<i64> = row.try_get("", column)?;
        minor.map(|minor| money(&currency, minor)).transpose()
    };
    let resolution: Option<String> = row.try_get("", "resolution")?;
    Ok(Break {
        id: row.try_get::<Uuid>("", "break_id")?.into(),
        statement: row.try_get::<Uuid>("", "statement_id")?.into(),
        bank_code: text("bank_code")?,
        day: word("day", &text("day")?)?,
        kind: word("kind", &text("kind")?)?,
        reference: text("reference")?,
        flow: word::<Flow>("flow", &text("flow")?)?,
        booked: amount("booked_minor")?,
        recorded: amount("recorded_minor")?,
        state: word("state", &text("state")?)?,
        resolution: resolution.map(|text| word("resolution", &text)).transpose()?,
        reason: text("reason")?,
        proposed_by: text("proposed_by")?,
        confirmed_by: text("confirmed_by")?,
        create_time: row.try_get("", "create_time")?,
        update_time: row.try_get("", "update_time")?,
    })
}
