//! What starts instances by itself.

use std::time::Duration;

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Agency, Id, Timestamp};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use crate::domain::{
    definition::{Schedule, Times},
    instance::{Instance, Version},
    workflow::Workflow,
};

/// Since when the time of a version has come.
#[derive(Clone, Copy, Debug)]
pub struct Due {
    /// Since when intervals are counted.
    pub published: Timestamp,
    /// When the first of the instances was due.
    pub due: Timestamp,
}

/// Lets a version, and no earlier one, start instances by itself.
pub async fn set(
    tx: &Tx,
    workflow: &Workflow,
    schedule: &Schedule,
    next: Option<Timestamp>,
) -> Result<(), DbErr> {
    let insert = "INSERT INTO schedule \
        (agency, namespace, name, definition_id, publish_time, next_time, after_ms) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let after = match &schedule.time {
        Some(Times::After(span)) => Some(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)),
        Some(Times::Every(_) | Times::Cron(_)) | None => None,
    };
    let values = [
        tx.agency().as_str().into(),
        workflow.namespace.as_str().into(),
        workflow.name.as_str().into(),
        workflow.id.uuid().into(),
        workflow.create_time.into(),
        next.into(),
        after.into(),
    ];
    sql::execute(tx, insert, values).await?;
    let insert = "INSERT INTO starter (agency, type, namespace, name) VALUES ($1, $2, $3, $4) \
                  ON CONFLICT DO NOTHING";
    for filter in &schedule.on {
        let values = [
            tx.agency().as_str().into(),
            filter.event_type.as_deref().unwrap_or("*").into(),
            workflow.namespace.as_str().into(),
            workflow.name.as_str().into(),
        ];
        sql::execute(tx, insert, values).await?;
    }
    Ok(())
}

/// Lets no version of a workflow start instances by itself.
pub async fn remove(tx: &Tx, workflow: &Workflow) -> Result<(), DbErr> {
    for table in ["schedule", "starter"] {
        let delete =
            format!("DELETE FROM {table} WHERE agency = $1 AND namespace = $2 AND name = $3");
        let values = [
            tx.agency().as_str().into(),
            workflow.namespace.as_str().into(),
            workflow.name.as_str().into(),
        ];
        sql::execute(tx, &delete, values).await?;
    }
    Ok(())
}

/// Lists versions of whatever agency whose time has come, from `after` on, with that time.
pub async fn list_due(
    tx: &Tx,
    after: Option<(Timestamp, Id<Version>)>,
    most: u64,
) -> Result<Vec<(Agency, Timestamp, Id<Version>)>, DbErr> {
    let mut values: Vec<Value> = vec![tx.now().into()];
    let mut from = "";
    if let Some((time, definition)) = after {
        values.extend([time.into(), definition.uuid().into()]);
        from = "AND (next_time > $2 OR next_time = $2 AND definition_id > $3)";
    }
    let list = format!(
        "SELECT agency, next_time, definition_id FROM schedule \
         WHERE next_time <= $1 {from} ORDER BY next_time, definition_id LIMIT {most}"
    );
    let rows = sql::query(tx, &list, values).await?;
    let read = |row: &QueryResult| {
        let agency: String = row.try_get("", "agency")?;
        let agency = agency.parse().map_err(|_| DbErr::Type("not an agency".into()))?;
        let definition: Uuid = row.try_get("", "definition_id")?;
        Ok((agency, row.try_get("", "next_time")?, definition.into()))
    };
    rows.iter().map(read).collect()
}

/// Holds a version whose time has come, unless another replica does.
pub async fn lock_due(tx: &Tx, definition: Id<Version>) -> Result<Option<Due>, DbErr> {
    let skip = if tx.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" };
    let find = format!(
        "SELECT publish_time, next_time FROM schedule \
         WHERE definition_id = $1 AND agency = $2 AND next_time <= $3{skip}"
    );
    let values = [definition.uuid().into(), tx.agency().as_str().into(), tx.now().into()];
    let rows = sql::query(tx, &find, values).await?;
    let read = |row: &QueryResult| {
        let (published, due) = (row.try_get("", "publish_time")?, row.try_get("", "next_time")?);
        Ok(Due { published, due })
    };
    rows.first().map(read).transpose()
}

/// Says when a version starts the next instance, or after the end of which.
pub async fn update(
    tx: &Tx,
    definition: Id<Version>,
    next: Option<Timestamp>,
    instance: Option<Id<Instance>>,
) -> Result<(), DbErr> {
    let update = "UPDATE schedule SET next_time = $3, instance_id = $4 \
                  WHERE definition_id = $1 AND agency = $2";
    let values = [
        definition.uuid().into(),
        tx.agency().as_str().into(),
        next.into(),
        instance.map(Id::uuid).into(),
    ];
    sql::execute(tx, update, values).await.map(drop)
}

/// Has the next instance started some time after the end of this one, if a version waits for it.
pub async fn ended(tx: &Tx, instance: Id<Instance>) -> Result<(), DbErr> {
    let find = "SELECT definition_id, after_ms FROM schedule \
                WHERE instance_id = $1 AND agency = $2 AND after_ms IS NOT NULL";
    let values = [instance.uuid().into(), tx.agency().as_str().into()];
    let rows = sql::query(tx, find, values).await?;
    let Some(row) = rows.first() else { return Ok(()) };
    let definition: Uuid = row.try_get("", "definition_id")?;
    let after: i64 = row.try_get("", "after_ms")?;
    let next = tx.now() + Duration::from_millis(u64::try_from(after).unwrap_or_default());
    update(tx, definition.into(), Some(next), None).await
}

/// The versions of the agency that an event of this type may start.
pub async fn list_started_by(tx: &Tx, kind: &str) -> Result<Vec<Id<Version>>, DbErr> {
    let list = "SELECT DISTINCT schedule.definition_id FROM starter \
                JOIN schedule ON schedule.agency = starter.agency \
                AND schedule.namespace = starter.namespace AND schedule.name = starter.name \
                WHERE starter.agency = $1 AND starter.type IN ($2, '*')";
    let rows = sql::query(tx, list, [tx.agency().as_str().into(), kind.into()]).await?;
    rows.iter().map(|row| Ok(row.try_get::<Uuid>("", "definition_id")?.into())).collect()
}
