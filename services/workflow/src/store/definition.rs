//! Workflows as agencies wrote them.

use std::collections::BTreeSet;

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Page, Timestamp};
use sea_orm::QueryResult;
use uuid::Uuid;

use crate::domain::{
    definition::{Definition, EventFilter, Until, Work},
    instance::Version,
    workflow::Workflow,
};

const COLUMNS: &str = "id, namespace, name, version, title, digest, create_time";

/// Keeps a new version; answers whether the version was free.
pub async fn insert(tx: &Tx, workflow: &Workflow) -> Result<bool, DbErr> {
    let insert = "INSERT INTO definition \
        (id, agency, namespace, name, version, title, digest, document, create_time) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    let values = [
        workflow.id.uuid().into(),
        tx.agency().as_str().into(),
        workflow.namespace.as_str().into(),
        workflow.name.as_str().into(),
        workflow.version.as_str().into(),
        workflow.title.as_str().into(),
        workflow.digest.to_vec().into(),
        workflow.document.as_str().into(),
        workflow.create_time.into(),
    ];
    Ok(sql::execute(tx, insert, values).await? == 1)
}

/// Remembers which events a workflow listens to.
pub async fn insert_listened(tx: &Tx, definition: &Definition) -> Result<(), DbErr> {
    let insert = "INSERT INTO listened (agency, type) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    for kind in listened(definition) {
        sql::execute(tx, insert, [tx.agency().as_str().into(), kind.into()]).await?;
    }
    Ok(())
}

/// The types of events that a workflow starts on or waits for.
fn listened(definition: &Definition) -> BTreeSet<&str> {
    let mut filters: Vec<&EventFilter> =
        definition.schedule.iter().flat_map(|schedule| &schedule.on).collect();
    for task in definition.all() {
        let Work::Listen(listen) = &task.work else { continue };
        filters.extend(listen.to.filters());
        if let Some(Until::Happens(until)) = &listen.until {
            filters.extend(until.filters());
        }
    }
    filters.into_iter().map(|filter| filter.event_type.as_deref().unwrap_or("*")).collect()
}

/// Whether some workflow of the agency listens to events of this type.
pub async fn is_listened(tx: &Tx, kind: &str) -> Result<bool, DbErr> {
    let find = "SELECT 1 FROM listened WHERE agency = $1 AND type IN ($2, '*')";
    let rows = sql::query(tx, find, [tx.agency().as_str().into(), kind.into()]).await?;
    Ok(!rows.is_empty())
}

/// Finds a version, or the newest one if `version` is empty.
pub async fn find(
    tx: &Tx,
    (namespace, name): (&str, &str),
    version: &str,
) -> Result<Option<Workflow>, DbErr> {
    let find = format!(
        "SELECT {COLUMNS}, document FROM definition \
         WHERE agency = $1 AND namespace = $2 AND name = $3 AND ($4 = '' OR version = $4) \
         ORDER BY id DESC LIMIT 1"
    );
    let values = [tx.agency().as_str().into(), namespace.into(), name.into(), version.into()];
    sql::query(tx, &find, values).await?.first().map(read).transpose()
}

/// Finds a version by its id.
pub async fn get(tx: &Tx, id: Id<Version>) -> Result<Option<Workflow>, DbErr> {
    let find = format!("SELECT {COLUMNS}, document FROM definition WHERE id = $1 AND agency = $2");
    let values = [id.uuid().into(), tx.agency().as_str().into()];
    sql::query(tx, &find, values).await?.first().map(read).transpose()
}

/// Lists the agency's workflows without their documents, newest first.
pub async fn list(tx: &Tx, page: &Page<Version>) -> Result<Vec<Workflow>, DbErr> {
    let list = format!(
        "SELECT {COLUMNS}, '' AS document FROM definition \
         WHERE agency = $1 AND ($2 = $3 OR id < $2) ORDER BY id DESC LIMIT $4"
    );
    let after = page.after.map_or(Uuid::nil(), Id::uuid);
    let limit = i64::try_from(page.limit()).unwrap_or(i64::MAX);
    let values = [tx.agency().as_str().into(), after.into(), Uuid::nil().into(), limit.into()];
    sql::query(tx, &list, values).await?.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<Workflow, DbErr> {
    let digest: Vec<u8> = row.try_get("", "digest")?;
    let digest = digest.try_into().map_err(|_| DbErr::Type("not a digest".into()))?;
    let create_time: Timestamp = row.try_get("", "create_time")?;
    Ok(Workflow {
        id: row.try_get::<Uuid>("", "id")?.into(),
        namespace: row.try_get("", "namespace")?,
        name: row.try_get("", "name")?,
        version: row.try_get("", "version")?,
        title: row.try_get("", "title")?,
        digest,
        document: row.try_get("", "document")?,
        create_time,
    })
}
