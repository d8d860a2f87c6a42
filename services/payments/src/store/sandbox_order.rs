//! The `sandbox_order` table: the memory of the sandbox, which stands for a bank's.

use std::collections::HashSet;

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Agency, Money, Timestamp};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{money, word};
use crate::domain::{Order, Question};

/// One order as the sandbox remembers it.
#[derive(Clone, Debug)]
pub struct Remembered {
    pub agency: Agency,
    pub order: Uuid,
    pub envelope: Uuid,
    pub end_to_end: String,
    pub behaviour: String,
    pub amount: Money,
    pub inquiry_count: i64,
    pub give_time: Timestamp,
}

const COLUMNS: [&str; 11] = [
    "agency",
    "end_to_end",
    "order_id",
    "envelope_id",
    "behaviour",
    "currency",
    "amount_minor",
    "given_count",
    "inquiry_count",
    "told",
    "give_time",
];
const FOUND: &str = "SELECT agency, order_id, envelope_id, end_to_end, behaviour, currency, \
                     amount_minor, inquiry_count, give_time FROM";

/// Remembers orders, counts those that it was given before, and answers all of them.
pub async fn remember(
    tx: &Tx,
    envelope: Uuid,
    orders: &[(&Order, &str)],
) -> Result<Vec<Remembered>, DbErr> {
    let owner = [tx.agency().as_str().into(), envelope.into(), tx.now().into()];
    let insert = "INSERT INTO sandbox_order (agency, envelope_id, give_time, order_id, end_to_end, \
                  behaviour, currency, amount_minor, given_count, inquiry_count, told) \
                  SELECT $1, $2, $3, id, name, behaviour, currency, minor, 1, 0, FALSE FROM many \
                  WHERE true ON CONFLICT DO NOTHING RETURNING order_id";
    let row = |(order, behaviour): &(&Order, &str)| {
        vec![
            order.id.into(),
            order.end_to_end.as_str().into(),
            (*behaviour).into(),
            order.amount.currency().as_str().into(),
            order.amount.minor().into(),
        ]
    };
    let columns = ["id", "name", "behaviour", "currency", "minor"];
    let rows = orders.iter().map(row).collect();
    let new = sql::query_many_with(tx, &owner, &columns, rows, insert).await?;
    if new.len() == orders.len() {
        return Ok(orders.iter().map(|order| remembered_now(tx, envelope, *order)).collect());
    }
    let new: HashSet<Uuid> =
        new.iter().map(|row| row.try_get("", "order_id")).collect::<Result<_, _>>()?;
    let before = orders.iter().filter(|(order, _)| !new.contains(&order.id));
    let before = before.map(|(order, _)| vec![order.id.into()]).collect();
    let again = "UPDATE sandbox_order SET given_count = given_count + 1 FROM many \
                 WHERE agency = $1 AND order_id = id";
    sql::execute_many_with(tx, &owner[..1], &["id"], before, again).await?;
    let ids: Vec<_> = orders.iter().map(|(order, _)| order.id).collect();
    find(tx, &ids).await
}

fn remembered_now(tx: &Tx, envelope: Uuid, (order, behaviour): (&Order, &str)) -> Remembered {
    Remembered {
        agency: tx.agency().clone(),
        order: order.id,
        envelope,
        end_to_end: order.end_to_end.clone(),
        behaviour: behaviour.to_owned(),
        amount: order.amount,
        inquiry_count: 0,
        give_time: tx.now(),
    }
}

/// Remembers of orders that never came that they come too late from now on.
pub async fn refuse(tx: &Tx, questions: &[Question], behaviour: &str) -> Result<(), DbErr> {
    let row = |question: &Question| {
        vec![
            question.agency.as_str().into(),
            question.end_to_end.as_str().into(),
            question.order.into(),
            question.envelope.into(),
            behaviour.into(),
            question.amount.currency().as_str().into(),
            question.amount.minor().into(),
            0_i64.into(),
            0_i64.into(),
            false.into(),
            tx.now().into(),
        ]
    };
    let rows = questions.iter().map(row).collect();
    sql::insert_absent(tx, "sandbox_order", &COLUMNS, rows).await?;
    Ok(())
}

/// Finds what it was given among `orders`, and counts one inquiry more about each.
pub async fn inquire(tx: &Tx, orders: &[Uuid]) -> Result<Vec<Remembered>, DbErr> {
    let ids = orders.iter().map(|id| vec![tx.agency().as_str().into(), (*id).into()]).collect();
    let count = "UPDATE sandbox_order SET inquiry_count = inquiry_count + 1 FROM many \
                 WHERE agency = many.owner AND order_id = many.id";
    sql::execute_many(tx, &["owner", "id"], ids, count).await?;
    find(tx, orders).await
}

/// Takes the orders of every agency that were given up to `before` and answer by themselves, late.
pub async fn answer_late(tx: &Tx, before: Timestamp) -> Result<Vec<Remembered>, DbErr> {
    let answer = "UPDATE sandbox_order SET told = TRUE \
                  WHERE behaviour = 'late' AND NOT told AND give_time <= $1 \
                  RETURNING agency, order_id, envelope_id, end_to_end, behaviour, currency, \
                            amount_minor, inquiry_count, give_time";
    sql::query(tx, answer, [before.into()]).await?.iter().map(remembered).collect()
}

/// Lists everything that the agency gave, oldest first.
pub async fn list(tx: &Tx) -> Result<Vec<Remembered>, DbErr> {
    let list = format!("{FOUND} sandbox_order WHERE agency = $1 ORDER BY give_time, end_to_end");
    let values: [Value; 1] = [tx.agency().as_str().into()];
    sql::query(tx, &list, values).await?.iter().map(remembered).collect()
}

async fn find(tx: &Tx, orders: &[Uuid]) -> Result<Vec<Remembered>, DbErr> {
    let find = format!("{FOUND} many JOIN sandbox_order ON agency = owner AND order_id = id");
    let ids = orders.iter().map(|id| vec![tx.agency().as_str().into(), (*id).into()]).collect();
    let rows = sql::query_many(tx, &["owner", "id"], ids, &find).await?;
    rows.iter().map(remembered).collect()
}

fn remembered(row: &QueryResult) -> Result<Remembered, DbErr> {
    let currency: String = row.try_get("", "currency")?;
    Ok(Remembered {
        agency: word("agency", &row.try_get::<String>("", "agency")?)?,
        order: row.try_get("", "order_id")?,
        envelope: row.try_get("", "envelope_id")?,
        end_to_end: row.try_get("", "end_to_end")?,
        behaviour: row.try_get("", "behaviour")?,
        amount: money(&currency, row.try_get("", "amount_minor")?)?,
        inquiry_count: row.try_get("", "inquiry_count")?,
        give_time: row.try_get("", "give_time")?,
    })
}
