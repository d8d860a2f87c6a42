//! Events that arrived.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Timestamp;
use sea_orm::Value;
use uuid::Uuid;

use super::{places, seal, subscription::correlation};
use crate::domain::{
    event::{ANY, Event},
    run::Subscription,
};

/// The most events that one pass of the cleaning removes.
const AT_ONCE: i64 = 1_000;

/// Keeps an event; answers whether it is new.
pub async fn insert(tx: &Tx, event: &Event, correlations: &[Vec<u8>]) -> Result<bool, DbErr> {
    let insert = "INSERT INTO inbox (id, agency, type, event, receive_time) \
                  VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    let values = [
        event.id.into(),
        tx.agency().as_str().into(),
        event.kind.as_str().into(),
        seal(tx, &event.envelope)?.into(),
        tx.now().into(),
    ];
    if sql::execute(tx, insert, values).await? == 0 {
        return Ok(false);
    }
    if !correlations.is_empty() {
        let rows: Vec<_> =
            (0..correlations.len()).map(|at| format!("($1, ${}, $2)", at + 3)).collect();
        let insert = format!(
            "INSERT INTO inbox_key (agency, correlation, inbox_id) VALUES {} ON CONFLICT DO NOTHING",
            rows.join(", ")
        );
        let head: [Value; 2] = [tx.agency().as_str().into(), event.id.into()];
        let values = head.into_iter().chain(correlations.iter().map(|it| it.clone().into()));
        sql::execute(tx, &insert, values).await?;
    }
    Ok(true)
}

/// Lists the events since `since` that a subscription may wait for, oldest first.
pub async fn list_since(
    tx: &Tx,
    subscription: &Subscription,
    since: Timestamp,
) -> Result<Vec<Uuid>, DbErr> {
    let mut values: Vec<Value> = vec![tx.agency().as_str().into(), since.into()];
    let mut conditions = Vec::new();
    if let Some(kind) = &subscription.kind {
        values.push(kind.as_str().into());
        conditions.push(format!("AND type = {}", places(values.len(), 1)));
    }
    if let Some(key) = &subscription.key {
        values.extend([correlation(tx, key).into(), correlation(tx, ANY).into()]);
        let both = places(values.len() - 1, 2);
        conditions.push(format!(
            "AND id IN (SELECT inbox_id FROM inbox_key WHERE agency = $1 AND correlation IN ({both}))"
        ));
    }
    let list = format!(
        "SELECT id FROM inbox WHERE agency = $1 AND receive_time >= $2 {} \
         ORDER BY receive_time",
        conditions.join(" ")
    );
    let rows = sql::query(tx, &list, values).await?;
    rows.iter().map(|row| row.try_get("", "id")).collect()
}

/// Removes events that arrived before `before`, of every agency; answers how many.
pub async fn delete_before(tx: &Tx, before: Timestamp) -> Result<u64, DbErr> {
    let delete = "DELETE FROM inbox WHERE id IN \
                  (SELECT id FROM inbox WHERE receive_time < $1 LIMIT $2)";
    sql::keep_house(tx, delete, [before.into(), AT_ONCE.into()]).await
}
