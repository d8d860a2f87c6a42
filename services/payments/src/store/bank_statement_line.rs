//! The `bank_statement_line` table.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Money};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::word;
use crate::domain::{About, BankStatement, BankStatementLine, Flow};

const COLUMNS: [&str; 9] = [
    "agency",
    "statement_id",
    "number",
    "bank_code",
    "reference",
    "flow",
    "amount_minor",
    "order_id",
    "rail_file_id",
];

/// Adds the lines of a statement of a bank, each with what it is about.
pub async fn insert<'a>(
    tx: &Tx,
    statement: Id<BankStatement>,
    bank_code: &str,
    lines: impl Iterator<Item = (&'a BankStatementLine, &'a About)>,
) -> Result<(), DbErr> {
    let row = |(place, (line, about)): (i64, (&BankStatementLine, &About))| -> Vec<Value> {
        let (order, file) = match about {
            About::Number(_) => (None, None),
            About::Order(id) => (Some(*id), None),
            About::File(id) => (None, Some(*id)),
        };
        vec![
            tx.agency().as_str().into(),
            statement.uuid().into(),
            place.into(),
            bank_code.into(),
            line.reference.as_str().into(),
            line.flow.as_str().into(),
            line.amount.minor().into(),
            order.into(),
            file.into(),
        ]
    };
    let rows = (1..).zip(lines).map(row).collect();
    sql::insert_many(tx, "bank_statement_line", &COLUMNS, rows).await.map(drop)
}

/// The ways in which a bank booked what some lines are about, on any statement.
pub async fn booked(
    tx: &Tx,
    bank_code: &str,
    about: &[&About],
) -> Result<Vec<(About, Flow)>, DbErr> {
    let key = |id: Uuid| vec![tx.agency().as_str().into(), bank_code.into(), id.into()];
    let (mut numbers, mut orders, mut files) = (Vec::new(), Vec::new(), Vec::new());
    for about in about {
        match about {
            About::Number(it) => numbers.push(vec![
                tx.agency().as_str().into(),
                bank_code.into(),
                it.as_str().into(),
            ]),
            About::Order(id) => orders.push(key(*id)),
            About::File(id) => files.push(key(*id)),
        }
    }
    let find = |column: &str| {
        format!(
            "SELECT DISTINCT line.{column} AS about, line.flow AS flow FROM many \
             JOIN bank_statement_line AS line ON line.agency = many.owner \
             AND line.{column} = many.about AND line.bank_code = many.bank"
        )
    };
    let columns = ["owner", "bank", "about"];
    let flow = |row: &QueryResult| word::<Flow>("flow", &row.try_get::<String>("", "flow")?);
    let mut found = Vec::new();
    // What an order or a file has is found by that, whatever number the bank gave the line.
    let plain =
        format!("{} AND line.order_id IS NULL AND line.rail_file_id IS NULL", find("reference"));
    for row in sql::query_many(tx, &columns, numbers, &plain).await? {
        found.push((About::Number(row.try_get("", "about")?), flow(&row)?));
    }
    for row in sql::query_many(tx, &columns, orders, &find("order_id")).await? {
        found.push((About::Order(row.try_get("", "about")?), flow(&row)?));
    }
    for row in sql::query_many(tx, &columns, files, &find("rail_file_id")).await? {
        found.push((About::File(row.try_get("", "about")?), flow(&row)?));
    }
    Ok(found)
}

/// Whether a bank booked an amount under a number, on any statement.
pub async fn has(
    tx: &Tx,
    bank_code: &str,
    number: &str,
    (flow, amount): (Flow, Money),
) -> Result<bool, DbErr> {
    let find = "SELECT 1 FROM bank_statement_line WHERE agency = $1 AND bank_code = $2 \
                AND reference = $3 AND flow = $4 AND amount_minor = $5 LIMIT 1";
    let values = [
        tx.agency().as_str().into(),
        bank_code.into(),
        number.into(),
        flow.as_str().into(),
        amount.minor().into(),
    ];
    Ok(!sql::query(tx, find, values).await?.is_empty())
}
