//! What happened to instances.

use std::collections::BTreeMap;

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Timestamp};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{open, open_bytes, places, seal, seal_bytes};
use crate::domain::{
    drawing::MARKING,
    instance::{Entry, Instance, Kind},
    problem::Problem,
    timeline::{Happened, TOLD},
};

/// The most rows of one statement: databases bound the number of its values.
const AT_ONCE: usize = 100;

/// Adds to the history.
pub async fn insert(tx: &Tx, instance: Id<Instance>, entries: &[Entry]) -> Result<(), DbErr> {
    for entries in entries.chunks(AT_ONCE) {
        let mut values: Vec<Value> = Vec::new();
        let mut rows = Vec::new();
        for entry in entries {
            let problem = entry.problem.as_ref().map(|problem| seal(tx, problem)).transpose()?;
            let detail =
                (!entry.detail.is_empty()).then(|| seal_bytes(tx, entry.detail.as_bytes()));
            rows.push(format!("({})", places(values.len() + 1, 8)));
            values.extend([
                tx.agency().as_str().into(),
                instance.uuid().into(),
                entry.sequence.into(),
                entry.kind.to_string().into(),
                entry.task.as_str().into(),
                detail.transpose()?.into(),
                problem.into(),
                tx.now().into(),
            ]);
        }
        let insert = format!(
            "INSERT INTO history \
             (agency, instance_id, sequence, kind, task, detail, problem, time) VALUES {}",
            rows.join(", ")
        );
        sql::execute(tx, &insert, values).await?;
    }
    Ok(())
}

/// Lists a history, oldest first, after an entry.
pub async fn list(
    tx: &Tx,
    instance: Id<Instance>,
    after: i64,
    limit: u64,
) -> Result<Vec<(Entry, Timestamp)>, DbErr> {
    let list = "SELECT sequence, kind, task, detail, problem, time FROM history \
                WHERE instance_id = $1 AND agency = $2 AND sequence > $3 \
                ORDER BY sequence LIMIT $4";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let values = [instance.uuid().into(), tx.agency().as_str().into(), after.into(), limit.into()];
    sql::query(tx, list, values).await?.iter().map(|row| read(tx, row)).collect()
}

/// Lists what may be told of a history, oldest first, after an entry.
pub async fn list_told(
    tx: &Tx,
    instance: Id<Instance>,
    after: i64,
    limit: u64,
) -> Result<Vec<Happened>, DbErr> {
    let list = format!(
        "SELECT sequence, kind, task, time FROM history \
         WHERE instance_id = $1 AND agency = $2 AND sequence > $3 AND kind IN ({}) \
         ORDER BY sequence LIMIT $4",
        names(&TOLD)
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let values = [instance.uuid().into(), tx.agency().as_str().into(), after.into(), limit.into()];
    let rows = sql::query(tx, &list, values).await?;
    let rows = rows.iter().map(|row| {
        Ok(Happened {
            sequence: row.try_get("", "sequence")?,
            kind: kind(row)?,
            task: row.try_get("", "task")?,
            time: row.try_get("", "time")?,
        })
    });
    rows.collect()
}

/// Lists the last thing that says how far each task came.
pub async fn list_last(tx: &Tx, instance: Id<Instance>) -> Result<Vec<(String, Kind)>, DbErr> {
    let list = format!(
        "SELECT task, kind FROM history \
         WHERE instance_id = $1 AND agency = $2 AND sequence IN \
         (SELECT MAX(sequence) FROM history \
          WHERE instance_id = $1 AND agency = $2 AND kind IN ({}) GROUP BY task)",
        names(&MARKING)
    );
    let values = [instance.uuid().into(), tx.agency().as_str().into()];
    let rows = sql::query(tx, &list, values).await?;
    rows.iter().map(|row| Ok((row.try_get("", "task")?, kind(row)?))).collect()
}

/// Lists the errors that ended these instances.
pub async fn list_faults(
    tx: &Tx,
    instances: &[Id<Instance>],
) -> Result<BTreeMap<Uuid, Problem>, DbErr> {
    if instances.is_empty() {
        return Ok(BTreeMap::new());
    }
    let list = format!(
        "SELECT instance_id, problem FROM history WHERE agency = $1 AND kind = $2 \
         AND problem IS NOT NULL AND instance_id IN ({})",
        places(3, instances.len())
    );
    let kind = Kind::InstanceFaulted.to_string();
    let head: [Value; 2] = [tx.agency().as_str().into(), kind.into()];
    let values = head.into_iter().chain(instances.iter().map(|id| id.uuid().into()));
    let rows = sql::query(tx, &list, values).await?;
    let faults = rows.iter().map(|row| {
        let problem = open(tx, &row.try_get::<Vec<u8>>("", "problem")?)?;
        Ok((row.try_get("", "instance_id")?, problem))
    });
    faults.collect()
}

fn names(kinds: &[Kind]) -> String {
    kinds.iter().map(|kind| format!("'{kind}'")).collect::<Vec<_>>().join(", ")
}

fn kind(row: &QueryResult) -> Result<Kind, DbErr> {
    let kind: String = row.try_get("", "kind")?;
    kind.parse().map_err(|error: &str| DbErr::Type(error.into()))
}

fn read(tx: &Tx, row: &QueryResult) -> Result<(Entry, Timestamp), DbErr> {
    let detail: Option<Vec<u8>> = row.try_get("", "detail")?;
    let detail = detail.map(|sealed| open_bytes(tx, &sealed)).transpose()?.unwrap_or_default();
    let problem: Option<Vec<u8>> = row.try_get("", "problem")?;
    let entry = Entry {
        sequence: row.try_get("", "sequence")?,
        kind: kind(row)?,
        task: row.try_get("", "task")?,
        detail: String::from_utf8(detail).map_err(|_| DbErr::Type("not a text".into()))?,
        problem: problem.map(|sealed| open(tx, &sealed)).transpose()?,
    };
    Ok((entry, row.try_get("", "time")?))
}
