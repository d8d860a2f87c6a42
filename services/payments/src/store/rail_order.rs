//! The `rail_order` table.

use std::collections::HashSet;

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Id;
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::money;
use crate::domain::{FiledOrder, Order, Question, RailFile};

const COLUMNS: [&str; 6] =
    ["agency", "order_id", "rail_file_id", "end_to_end", "currency", "amount_minor"];
/// What a query must bring.
const FOUND: &str = "SELECT order_id, envelope_id, rail_order.rail_file_id AS file_id, \
                     rail_order.end_to_end AS end_to_end, currency, amount_minor";

/// Adds the orders of a file; fails if one of them is in a file already.
pub async fn insert(tx: &Tx, file: Id<RailFile>, orders: &[Order]) -> Result<(), DbErr> {
    let row = |order: &Order| {
        vec![
            tx.agency().as_str().into(),
            order.id.into(),
            file.uuid().into(),
            order.end_to_end.as_str().into(),
            order.amount.currency().as_str().into(),
            order.amount.minor().into(),
        ]
    };
    sql::insert_many(tx, "rail_order", &COLUMNS, orders.iter().map(row).collect()).await?;
    Ok(())
}

/// Lists the orders of a file.
pub async fn of_file(tx: &Tx, file: Id<RailFile>) -> Result<Vec<FiledOrder>, DbErr> {
    let find = format!(
        "{FOUND} FROM rail_order JOIN rail_file \
         ON rail_file.agency = rail_order.agency \
         AND rail_file.rail_file_id = rail_order.rail_file_id \
         WHERE rail_order.agency = $1 AND rail_order.rail_file_id = $2"
    );
    let values: [Value; 2] = [tx.agency().as_str().into(), file.uuid().into()];
    sql::query(tx, &find, values).await?.iter().map(order).collect()
}

/// Finds orders by what both sides know them by.
pub async fn named(tx: &Tx, end_to_end: &[&str]) -> Result<Vec<FiledOrder>, DbErr> {
    let find = format!(
        "{FOUND} FROM many JOIN rail_order \
         ON rail_order.agency = many.owner AND rail_order.end_to_end = many.name \
         JOIN rail_file ON rail_file.agency = rail_order.agency \
         AND rail_file.rail_file_id = rail_order.rail_file_id"
    );
    let rows = end_to_end.iter().map(|name| vec![tx.agency().as_str().into(), (*name).into()]);
    let rows = sql::query_many(tx, &["owner", "name"], rows.collect(), &find).await?;
    rows.iter().map(order).collect()
}

/// Sees to it that those of `orders` which are in no file will never be in one; answers which are.
pub async fn close(tx: &Tx, orders: &[Question]) -> Result<HashSet<Uuid>, DbErr> {
    let row = |order: &Question| {
        vec![
            order.agency.as_str().into(),
            order.order.into(),
            None::<Uuid>.into(),
            order.end_to_end.as_str().into(),
            order.amount.currency().as_str().into(),
            order.amount.minor().into(),
        ]
    };
    sql::insert_absent(tx, "rail_order", &COLUMNS, orders.iter().map(row).collect()).await?;
    let find = "SELECT order_id FROM many JOIN rail_order ON order_id = id AND agency = owner \
                WHERE rail_file_id IS NOT NULL";
    let rows = orders.iter().map(|it| vec![it.agency.as_str().into(), it.order.into()]).collect();
    let rows = sql::query_many(tx, &["owner", "id"], rows, find).await?;
    rows.iter().map(|row| row.try_get("", "order_id")).collect()
}

fn order(row: &QueryResult) -> Result<FiledOrder, DbErr> {
    let currency: String = row.try_get("", "currency")?;
    Ok(FiledOrder {
        id: row.try_get("", "order_id")?,
        envelope: row.try_get("", "envelope_id")?,
        file: row.try_get::<Uuid>("", "file_id")?.into(),
        end_to_end: row.try_get("", "end_to_end")?,
        amount: money(&currency, row.try_get("", "amount_minor")?)?,
    })
}
