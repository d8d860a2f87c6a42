//! The `bank_statement` and `bank_statement_line` tables.

use chrono::NaiveDate;
use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Page};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{money, word};
use crate::domain::{BankStatement, BankStatementLine};

const COLUMNS: &str = "statement_id, bank_code, number, day, currency, opening_minor, \
                       closing_minor, line_count, matched_count, break_count, create_time";

/// Adds a statement with its lines; false if its bank and day, or its number, were there before.
pub async fn insert(
    tx: &Tx,
    statement: &BankStatement,
    lines: &[BankStatementLine],
) -> Result<bool, DbErr> {
    let insert = format!(
        "INSERT INTO bank_statement (agency, {COLUMNS}) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING"
    );
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let values: [Value; 12] = [
        tx.agency().as_str().into(),
        statement.id.uuid().into(),
        statement.bank_code.as_str().into(),
        statement.number.as_str().into(),
        statement.day.to_string().into(),
        statement.opening.currency().as_str().into(),
        statement.opening.minor().into(),
        statement.closing.minor().into(),
        count(statement.line_count).into(),
        count(statement.matched_count).into(),
        count(statement.break_count).into(),
        statement.create_time.into(),
    ];
    if sql::execute(tx, &insert, values).await? == 0 {
        return Ok(false);
    }
    let columns =
        ["agency", "statement_id", "number", "bank_code", "reference", "flow", "amount_minor"];
    let row = |(place, line): (usize, &BankStatementLine)| -> Vec<Value> {
        vec![
            tx.agency().as_str().into(),
            statement.id.uuid().into(),
            count(place + 1).into(),
            statement.bank_code.as_str().into(),
            line.reference.as_str().into(),
            line.flow.as_str().into(),
            line.amount.minor().into(),
        ]
    };
    let rows = lines.iter().enumerate().map(row).collect();
    sql::insert_many(tx, "bank_statement_line", &columns, rows).await?;
    Ok(true)
}

/// The latest statement of a bank.
pub async fn latest(tx: &Tx, bank_code: &str) -> Result<Option<BankStatement>, DbErr> {
    let find = format!(
        "SELECT {COLUMNS} FROM bank_statement WHERE agency = $1 AND bank_code = $2 \
         ORDER BY day DESC LIMIT 1"
    );
    let values = [tx.agency().as_str().into(), bank_code.into()];
    sql::query(tx, &find, values).await?.first().map(statement).transpose()
}

/// The statement of a bank for a day, or with a number.
pub async fn like(
    tx: &Tx,
    bank_code: &str,
    day: NaiveDate,
    number: &str,
) -> Result<Option<Id<BankStatement>>, DbErr> {
    let find = "SELECT statement_id FROM bank_statement \
                WHERE agency = $1 AND bank_code = $2 AND (day = $3 OR number = $4)";
    let values =
        [tx.agency().as_str().into(), bank_code.into(), day.to_string().into(), number.into()];
    let rows = sql::query(tx, find, values).await?;
    rows.first().map(|row| Ok(row.try_get::<Uuid>("", "statement_id")?.into())).transpose()
}

/// Whether a bank booked `line` on any statement.
pub async fn has_line(tx: &Tx, bank_code: &str, line: &BankStatementLine) -> Result<bool, DbErr> {
    let find = "SELECT 1 FROM bank_statement_line WHERE agency = $1 AND bank_code = $2 \
                AND reference = $3 AND flow = $4 AND amount_minor = $5";
    let values = [
        tx.agency().as_str().into(),
        bank_code.into(),
        line.reference.as_str().into(),
        line.flow.as_str().into(),
        line.amount.minor().into(),
    ];
    Ok(!sql::query(tx, find, values).await?.is_empty())
}

/// Lists statements, newest first: one more than the page, if there is one.
pub async fn list(
    tx: &Tx,
    bank_code: Option<&str>,
    page: &Page<BankStatement>,
) -> Result<Vec<BankStatement>, DbErr> {
    let list = format!(
        "SELECT {COLUMNS} FROM bank_statement WHERE agency = $1 AND ($2 = '' OR bank_code = $2) {} \
         ORDER BY statement_id DESC LIMIT $3",
        if page.after.is_some() { "AND statement_id < $4" } else { "" }
    );
    let limit = i64::try_from(page.limit()).unwrap_or(i64::MAX);
    let mut values: Vec<Value> =
        vec![tx.agency().as_str().into(), bank_code.unwrap_or_default().into(), limit.into()];
    values.extend(page.after.map(|after| after.uuid().into()));
    sql::query(tx, &list, values).await?.iter().map(statement).collect()
}

fn statement(row: &QueryResult) -> Result<BankStatement, DbErr> {
    let text = |column| row.try_get::<String>("", column);
    let currency = text("currency")?;
    let count = |column| {
        let count: i64 = row.try_get("", column)?;
        usize::try_from(count).map_err(|_| DbErr::Type(column.to_owned()))
    };
    Ok(BankStatement {
        id: row.try_get::<Uuid>("", "statement_id")?.into(),
        bank_code: text("bank_code")?,
        number: text("number")?,
        day: word("day", &text("day")?)?,
        opening: money(&currency, row.try_get("", "opening_minor")?)?,
        closing: money(&currency, row.try_get("", "closing_minor")?)?,
        line_count: count("line_count")?,
        matched_count: count("matched_count")?,
        break_count: count("break_count")?,
        create_time: row.try_get("", "create_time")?,
    })
}
