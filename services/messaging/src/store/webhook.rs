//! The `webhook` table: each fact once for each endpoint.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Timestamp};
use sea_orm::Value;

use crate::domain::Webhook;

/// Adds a webhook; answers whether its endpoint did not have that fact yet.
pub async fn insert(tx: &Tx, webhook: &Webhook) -> Result<bool, DbErr> {
    let insert = "INSERT INTO webhook (webhook_id, agency, endpoint_id, event_source, event_id, \
                  event_type, body, create_time) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
                  ON CONFLICT DO NOTHING";
    let fact = &webhook.occurrence;
    let values: [Value; 8] = [
        webhook.id.uuid().into(),
        tx.agency().as_str().into(),
        webhook.endpoint.uuid().into(),
        fact.source.as_str().into(),
        fact.id.into(),
        fact.kind.as_str().into(),
        fact.body.clone().into(),
        tx.now().into(),
    ];
    Ok(sql::execute(tx, insert, values).await? == 1)
}

/// Finds what a webhook says.
pub async fn find_body(tx: &Tx, id: Id<Webhook>) -> Result<Option<Vec<u8>>, DbErr> {
    let find = "SELECT body FROM webhook WHERE agency = $1 AND webhook_id = $2";
    let rows = sql::query(tx, find, [tx.agency().as_str().into(), id.uuid().into()]).await?;
    rows.first().map(|row| row.try_get("", "body")).transpose()
}

/// Removes up to `most` webhooks of every agency that were queued before `before` and of which no
/// delivery is left; answers how many.
pub async fn delete_before(tx: &Tx, before: Timestamp, most: i64) -> Result<u64, DbErr> {
    let delete = "DELETE FROM webhook WHERE webhook_id IN (SELECT webhook_id FROM webhook AS old \
                  WHERE old.create_time < $1 AND NOT EXISTS (SELECT 1 FROM delivery \
                  WHERE delivery.webhook_id = old.webhook_id) LIMIT $2)";
    sql::keep_house(tx, delete, [before.into(), most.into()]).await
}
