//! How children ended, until their parents looked at it.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Id;
use serde_json::Value;
use uuid::Uuid;

use super::{open, places, seal};
use crate::domain::{instance::Instance, problem::Problem};

/// What a child gave, or the error that ended it.
pub type Outcome = Result<Value, Problem>;

/// Keeps how a child ended.
pub async fn insert(
    tx: &Tx,
    parent: Id<Instance>,
    child: Uuid,
    outcome: &Outcome,
) -> Result<(), DbErr> {
    let insert = "INSERT INTO child_end (agency, parent_id, child_id, outcome) \
                  VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    let values = [
        tx.agency().as_str().into(),
        parent.uuid().into(),
        child.into(),
        seal(tx, outcome)?.into(),
    ];
    sql::execute(tx, insert, values).await.map(drop)
}

/// Lists the children of an instance that ended.
pub async fn list(tx: &Tx, parent: Id<Instance>) -> Result<Vec<(Uuid, Outcome)>, DbErr> {
    let list = "SELECT child_id, outcome FROM child_end \
                WHERE parent_id = $1 AND agency = $2 ORDER BY child_id";
    let values = [parent.uuid().into(), tx.agency().as_str().into()];
    let rows = sql::query(tx, list, values).await?;
    let read = |row: &sea_orm::QueryResult| {
        Ok((row.try_get("", "child_id")?, open(tx, &row.try_get::<Vec<u8>>("", "outcome")?)?))
    };
    rows.iter().map(read).collect()
}

/// Removes what a parent looked at.
pub async fn delete(tx: &Tx, parent: Id<Instance>, children: &[Uuid]) -> Result<(), DbErr> {
    if children.is_empty() {
        return Ok(());
    }
    let delete = format!(
        "DELETE FROM child_end WHERE parent_id = $1 AND agency = $2 AND child_id IN ({})",
        places(3, children.len())
    );
    let head = [parent.uuid().into(), tx.agency().as_str().into()];
    let values = head.into_iter().chain(children.iter().map(|id| (*id).into()));
    sql::execute(tx, &delete, values).await.map(drop)
}

/// Names those of `instances`, of whatever agency, whose children ended.
pub async fn list_waiting(tx: &Tx, instances: &[Uuid]) -> Result<Vec<Uuid>, DbErr> {
    if instances.is_empty() {
        return Ok(Vec::new());
    }
    let list = format!(
        "SELECT DISTINCT parent_id FROM child_end WHERE parent_id IN ({})",
        places(1, instances.len())
    );
    let rows = sql::query(tx, &list, instances.iter().map(|id| (*id).into())).await?;
    rows.iter().map(|row| row.try_get("", "parent_id")).collect()
}
