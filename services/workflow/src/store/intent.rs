//! Calls that were announced, and what became of them.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Id;
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{open_bytes, places, seal_bytes};
use crate::domain::{instance::Instance, run::Intent};

/// Announces a call.
pub async fn insert(tx: &Tx, instance: Id<Instance>, intent: &Intent) -> Result<(), DbErr> {
    let insert = "INSERT INTO intent (id, agency, instance_id, task, method, request, request_id, \
                  safe, deadline, state, create_time) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'announced', $10)";
    let values = [
        intent.id.into(),
        tx.agency().as_str().into(),
        instance.uuid().into(),
        intent.task.as_str().into(),
        intent.method.as_str().into(),
        seal_bytes(tx, &intent.request)?.into(),
        intent.request_id.into(),
        intent.safe.into(),
        intent.deadline.into(),
        intent.announced.into(),
    ];
    sql::execute(tx, insert, values).await?;
    Ok(())
}

/// Lists the calls of an instance that have no answer.
pub async fn list_open(tx: &Tx, instance: Id<Instance>) -> Result<Vec<Intent>, DbErr> {
    let list = "SELECT id, task, method, request, request_id, safe, deadline, \
                create_time FROM intent \
                WHERE instance_id = $1 AND agency = $2 AND state = 'announced' ORDER BY id";
    let values = [instance.uuid().into(), tx.agency().as_str().into()];
    sql::query(tx, list, values).await?.iter().map(|row| read(tx, row)).collect()
}

/// Ends calls: `answered`, `failed` or `abandoned`.
pub async fn update(tx: &Tx, calls: &[Uuid], state: &str) -> Result<(), DbErr> {
    if calls.is_empty() {
        return Ok(());
    }
    let update = format!(
        "UPDATE intent SET state = $1, end_time = $2 \
         WHERE agency = $3 AND state = 'announced' AND id IN ({})",
        places(4, calls.len())
    );
    let head: [Value; 3] = [state.into(), tx.now().into(), tx.agency().as_str().into()];
    let values = head.into_iter().chain(calls.iter().map(|id| (*id).into()));
    sql::execute(tx, &update, values).await?;
    Ok(())
}

fn read(tx: &Tx, row: &QueryResult) -> Result<Intent, DbErr> {
    Ok(Intent {
        id: row.try_get("", "id")?,
        task: row.try_get("", "task")?,
        method: row.try_get("", "method")?,
        request: open_bytes(tx, &row.try_get::<Vec<u8>>("", "request")?)?,
        request_id: row.try_get("", "request_id")?,
        safe: row.try_get("", "safe")?,
        announced: row.try_get("", "create_time")?,
        deadline: row.try_get("", "deadline")?,
    })
}
