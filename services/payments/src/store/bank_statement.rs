//! The `bank_statement` table.

use chrono::NaiveDate;
use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Page};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{money, word};
use crate::domain::{BankAccount, BankStatement};

const COLUMNS: &str = "statement_id, bank_code, account, number, day, currency, opening_minor, \
                       closing_minor, line_count, matched_count, break_count, create_time";
/// What stands for one account that holds everything.
const ALL: &str = "all";

/// Adds a statement; its lines and breaks may be there before it.
pub async fn insert(tx: &Tx, statement: &BankStatement) -> Result<(), DbErr> {
    let insert = format!(
        "INSERT INTO bank_statement (agency, {COLUMNS}) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
    );
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let values: [Value; 13] = [
        tx.agency().as_str().into(),
        statement.id.uuid().into(),
        statement.bank_code.as_str().into(),
        name(statement.account).into(),
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
    sql::execute(tx, &insert, values).await.map(drop)
}

/// The latest statement of an account at a bank.
pub async fn latest(
    tx: &Tx,
    bank_code: &str,
    account: Option<BankAccount>,
) -> Result<Option<BankStatement>, DbErr> {
    let find = format!(
        "SELECT {COLUMNS} FROM bank_statement WHERE agency = $1 AND bank_code = $2 \
         AND account = $3 ORDER BY day DESC LIMIT 1"
    );
    let values = [tx.agency().as_str().into(), bank_code.into(), name(account).into()];
    sql::query(tx, &find, values).await?.first().map(statement).transpose()
}

/// The day of the first statement of an account at a bank.
pub async fn first_day(
    tx: &Tx,
    bank_code: &str,
    account: Option<BankAccount>,
) -> Result<Option<NaiveDate>, DbErr> {
    let find = "SELECT MIN(day) AS day FROM bank_statement \
                WHERE agency = $1 AND bank_code = $2 AND account = $3";
    let values = [tx.agency().as_str().into(), bank_code.into(), name(account).into()];
    let rows = sql::query(tx, find, values).await?;
    let day = rows.first().map(|row| row.try_get::<Option<String>>("", "day")).transpose()?;
    day.flatten().map(|day| word("day", &day)).transpose()
}

/// The statement of a bank for a day, or with a number, of the same account; one account that holds
/// everything is the same as any.
pub async fn like(
    tx: &Tx,
    (bank_code, account): (&str, Option<BankAccount>),
    day: NaiveDate,
    number: &str,
) -> Result<Option<Id<BankStatement>>, DbErr> {
    let find = "SELECT statement_id FROM bank_statement \
                WHERE agency = $1 AND bank_code = $2 AND (day = $3 OR number = $4) \
                AND (account = $5 OR account = 'all' OR $5 = 'all')";
    let values = [
        tx.agency().as_str().into(),
        bank_code.into(),
        day.to_string().into(),
        number.into(),
        name(account).into(),
    ];
    let rows = sql::query(tx, find, values).await?;
    rows.first().map(|row| Ok(row.try_get::<Uuid>("", "statement_id")?.into())).transpose()
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

const fn name(account: Option<BankAccount>) -> &'static str {
    match account {
        Some(account) => account.as_str(),
        None => ALL,
    }
}

fn statement(row: &QueryResult) -> Result<BankStatement, DbErr> {
    let text = |column| row.try_get::<String>("", column);
    let (currency, account) = (text("currency")?, text("account")?);
    let account = Some(account).filter(|account| account != ALL);
    let count = |column| {
        let count: i64 = row.try_get("", column)?;
        usize::try_from(count).map_err(|_| DbErr::Type(column.to_owned()))
    };
    Ok(BankStatement {
        id: row.try_get::<Uuid>("", "statement_id")?.into(),
        bank_code: text("bank_code")?,
        account: account.map(|account| word("account", &account)).transpose()?,
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
