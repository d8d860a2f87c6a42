//! The `task` table.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::{Id, Page, Sensitive};
use sea_orm::{IntoActiveModel as _, QueryOrder as _, QuerySelect as _, entity::prelude::*};

use super::sealed::{open, seal};
use crate::domain::{Application, Task, TaskFilter};

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub agency: String,
    pub application_id: Uuid,
    pub service_name: String,
    pub kind: String,
    pub role: String,
    pub title: Vec<u8>,
    pub decision_id: Option<Uuid>,
    pub barred_officer: Option<String>,
    pub state: String,
    pub officer: Option<String>,
    pub outcome: String,
    pub note: Vec<u8>,
    pub due_time: Option<ChronoDateTimeUtc>,
    pub create_time: ChronoDateTimeUtc,
    pub update_time: ChronoDateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// Adds a task.
pub async fn insert(tx: &Tx, task: &Task) -> Result<(), DbErr> {
    let row = row(tx, task)?.into_active_model();
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Finds a task.
pub async fn find(tx: &Tx, id: Id<Task>) -> Result<Option<Task>, DbErr> {
    mine(tx, id).one(tx).await?.map(|row| read(tx, row)).transpose()
}

/// Finds a task and holds it until the transaction ends.
pub async fn lock(tx: &Tx, id: Id<Task>) -> Result<Option<Task>, DbErr> {
    mine(tx, id).lock_exclusive().one(tx).await?.map(|row| read(tx, row)).transpose()
}

/// Lists tasks, newest first: one more than the page, if there is one. Their notes stay sealed.
pub async fn list(tx: &Tx, filter: &TaskFilter, page: &Page<Task>) -> Result<Vec<Task>, DbErr> {
    let mut query = Entity::find().filter(COLUMN.agency.eq(tx.agency().as_str()));
    if let Some(application) = filter.application {
        query = query.filter(COLUMN.application_id.eq(application.uuid()));
    }
    if let Some(role) = &filter.role {
        query = query.filter(COLUMN.role.eq(role.as_str()));
    }
    if let Some(state) = filter.state {
        query = query.filter(COLUMN.state.eq(state.to_string()));
    }
    if let Some(after) = page.after {
        query = query.filter(COLUMN.id.lt(after.uuid()));
    }
    let rows = query.order_by_desc(COLUMN.id).limit(page.limit()).all(tx).await?;
    rows.into_iter().map(|row| assemble(tx, row, String::new())).collect()
}

/// Writes a task back.
pub async fn update(tx: &Tx, task: &Task) -> Result<(), DbErr> {
    let row = row(tx, task)?.into_active_model().reset_all();
    Entity::update(row).exec(tx).await?;
    Ok(())
}

/// Cancels every task of an application that is not completed.
pub async fn cancel_all(tx: &Tx, application: Id<Application>) -> Result<(), DbErr> {
    let cancel = "UPDATE task SET state = 'cancelled', officer = NULL, update_time = $3 \
                  WHERE agency = $1 AND application_id = $2 AND state IN ('open', 'claimed')";
    let values = [tx.agency().as_str().into(), application.uuid().into(), tx.now().into()];
    sql::execute(tx, cancel, values).await?;
    Ok(())
}

fn mine(tx: &Tx, id: Id<Task>) -> Select<Entity> {
    Entity::find_by_id(id.uuid()).filter(COLUMN.agency.eq(tx.agency().as_str()))
}

fn row(tx: &Tx, task: &Task) -> Result<Model, DbErr> {
    Ok(Model {
        id: task.id.uuid(),
        agency: tx.agency().to_string(),
        application_id: task.application.uuid(),
        service_name: task.service_name.clone(),
        kind: task.kind.to_string(),
        role: task.role.clone(),
        title: seal(tx, &task.title)?,
        decision_id: task.decision.map(Id::uuid),
        barred_officer: task.barred_officer.clone(),
        state: task.state.to_string(),
        officer: task.officer.clone(),
        outcome: task.outcome.clone(),
        note: seal(tx, task.note.reveal())?,
        due_time: task.due_time,
        create_time: task.create_time,
        update_time: task.update_time,
    })
}

fn read(tx: &Tx, row: Model) -> Result<Task, DbErr> {
    let note = open(tx, &row.note)?;
    assemble(tx, row, note)
}

fn assemble(tx: &Tx, row: Model, note: String) -> Result<Task, DbErr> {
    let corrupt = |column: &str| DbErr::Type(format!("task {}: {column}", row.id));
    Ok(Task {
        id: row.id.into(),
        application: row.application_id.into(),
        kind: row.kind.parse().map_err(|_| corrupt("kind"))?,
        state: row.state.parse().map_err(|_| corrupt("state"))?,
        note: Sensitive::new(note),
        service_name: row.service_name,
        role: row.role,
        title: open(tx, &row.title)?,
        decision: row.decision_id.map(Id::from),
        barred_officer: row.barred_officer,
        officer: row.officer,
        outcome: row.outcome,
        due_time: row.due_time,
        create_time: row.create_time,
        update_time: row.update_time,
    })
}
