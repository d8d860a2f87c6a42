//! What happened to instances.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Timestamp};
use sea_orm::{QueryResult, Value};

use super::places;
use crate::domain::instance::{Entry, Instance};

/// The most rows of one statement: databases bound the number of its values.
const AT_ONCE: usize = 100;

/// Adds to the history.
pub async fn insert(tx: &Tx, instance: Id<Instance>, entries: &[Entry]) -> Result<(), DbErr> {
    for entries in entries.chunks(AT_ONCE) {
        let mut values: Vec<Value> = Vec::new();
        let mut rows = Vec::new();
        for entry in entries {
            let problem = entry.problem.as_ref().map(serde_json::to_string).transpose();
            let problem = problem.map_err(|error| DbErr::Type(error.to_string()))?;
            rows.push(format!("({})", places(values.len() + 1, 8)));
            values.extend([
                tx.agency().as_str().into(),
                instance.uuid().into(),
                entry.sequence.into(),
                entry.kind.to_string().into(),
                entry.task.as_str().into(),
                entry.detail.as_str().into(),
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
    sql::query(tx, list, values).await?.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<(Entry, Timestamp), DbErr> {
    let kind: String = row.try_get("", "kind")?;
    let problem: Option<String> = row.try_get("", "problem")?;
    let problem = problem.map(|text| serde_json::from_str(&text)).transpose();
    let entry = Entry {
        sequence: row.try_get("", "sequence")?,
        kind: kind.parse().map_err(|error: &str| DbErr::Type(error.into()))?,
        task: row.try_get("", "task")?,
        detail: row.try_get("", "detail")?,
        problem: problem.map_err(|error| DbErr::Type(error.to_string()))?,
    };
    Ok((entry, row.try_get("", "time")?))
}
