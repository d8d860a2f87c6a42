//! Counts of days, as they were made.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Id;
use sea_orm::QueryResult;
use uuid::Uuid;

use super::{from_json, to_json};
use crate::domain::term::Computation;

/// Keeps a computation.
pub async fn insert(tx: &Tx, computation: &Computation) -> Result<(), DbErr> {
    let insert = "INSERT INTO computation (id, agency, deadline_id, content, create_time) \
                  VALUES ($1, $2, $3, $4, $5)";
    let values = [
        computation.id.uuid().into(),
        tx.agency().as_str().into(),
        computation.deadline.map(Id::uuid).into(),
        to_json(&(&computation.basis, &computation.term))?.into(),
        computation.create_time.into(),
    ];
    sql::execute(tx, insert, values).await?;
    Ok(())
}

/// Finds a computation.
pub async fn find(tx: &Tx, id: Id<Computation>) -> Result<Option<Computation>, DbErr> {
    let find = "SELECT id, deadline_id, content, create_time FROM computation \
                WHERE id = $1 AND agency = $2";
    let rows = sql::query(tx, find, [id.uuid().into(), tx.agency().as_str().into()]).await?;
    rows.first().map(read).transpose()
}

fn read(row: &QueryResult) -> Result<Computation, DbErr> {
    let (basis, term) = from_json(&row.try_get::<String>("", "content")?)?;
    Ok(Computation {
        id: row.try_get::<Uuid>("", "id")?.into(),
        deadline: row.try_get::<Option<Uuid>>("", "deadline_id")?.map(Into::into),
        basis,
        term,
        create_time: row.try_get("", "create_time")?,
    })
}
