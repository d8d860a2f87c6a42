//! Events that instances have not yet looked at.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Id;
use sea_orm::Value;
use uuid::Uuid;

use super::{open, places};
use crate::domain::{
    event::{Event, Mail},
    instance::Instance,
};

/// The most rows of one statement: databases bound the number of its values.
const AT_ONCE: usize = 500;

/// Puts events into an instance's mail; answers whether any of them was not there.
pub async fn insert(tx: &Tx, instance: Id<Instance>, events: &[Uuid]) -> Result<bool, DbErr> {
    let mut new = 0;
    for events in events.chunks(AT_ONCE) {
        let rows: Vec<_> = (0..events.len()).map(|at| format!("($1, $2, ${})", at + 3)).collect();
        let insert = format!(
            "INSERT INTO mail (agency, instance_id, inbox_id) VALUES {} ON CONFLICT DO NOTHING",
            rows.join(", ")
        );
        let head: [Value; 2] = [tx.agency().as_str().into(), instance.uuid().into()];
        let values = head.into_iter().chain(events.iter().map(|event| (*event).into()));
        new += sql::execute(tx, &insert, values).await?;
    }
    Ok(new > 0)
}

/// Lists an instance's mail, oldest first.
pub async fn list(tx: &Tx, instance: Id<Instance>) -> Result<Vec<Mail>, DbErr> {
    let list = "SELECT inbox.id, inbox.type, inbox.event, inbox.receive_time \
                FROM mail JOIN inbox ON inbox.id = mail.inbox_id \
                WHERE mail.instance_id = $1 AND mail.agency = $2 AND inbox.agency = $2 \
                ORDER BY inbox.receive_time, inbox.id LIMIT 100";
    let values = [instance.uuid().into(), tx.agency().as_str().into()];
    let rows = sql::query(tx, list, values).await?;
    let mail = rows.iter().map(|row| {
        let event = Event {
            id: row.try_get("", "id")?,
            kind: row.try_get("", "type")?,
            envelope: open(tx, &row.try_get::<Vec<u8>>("", "event")?)?,
        };
        Ok(Mail { event, time: row.try_get("", "receive_time")? })
    });
    mail.collect()
}

/// Removes what an instance looked at.
pub async fn delete(tx: &Tx, instance: Id<Instance>, events: &[Uuid]) -> Result<(), DbErr> {
    if events.is_empty() {
        return Ok(());
    }
    let delete = format!(
        "DELETE FROM mail WHERE agency = $1 AND instance_id = $2 AND inbox_id IN ({})",
        places(3, events.len())
    );
    let head: [Value; 2] = [tx.agency().as_str().into(), instance.uuid().into()];
    let values = head.into_iter().chain(events.iter().map(|id| (*id).into()));
    sql::execute(tx, &delete, values).await?;
    Ok(())
}

/// Removes all mail of an instance that ended.
pub async fn delete_all(tx: &Tx, instance: Id<Instance>) -> Result<(), DbErr> {
    let delete = "DELETE FROM mail WHERE agency = $1 AND instance_id = $2";
    sql::execute(tx, delete, [tx.agency().as_str().into(), instance.uuid().into()]).await?;
    Ok(())
}

/// Names those of `instances`, of whatever agency, that have mail.
pub async fn list_waiting(tx: &Tx, instances: &[Uuid]) -> Result<Vec<Uuid>, DbErr> {
    if instances.is_empty() {
        return Ok(Vec::new());
    }
    let list = format!(
        "SELECT DISTINCT instance_id FROM mail WHERE instance_id IN ({})",
        places(1, instances.len())
    );
    let rows = sql::query(tx, &list, instances.iter().map(|id| (*id).into())).await?;
    rows.iter().map(|row| row.try_get("", "instance_id")).collect()
}
