//! The `decision` table.

use rangkai_db::{DbErr, Tx};
use rangkai_primitives::{Id, Sensitive};
use sea_orm::{IntoActiveModel as _, QuerySelect as _, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::sealed::{open, seal};
use crate::domain::{Application, Decision, DecisionState, Finding};

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "decision")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub agency: String,
    pub application_id: Uuid,
    pub task_id: Uuid,
    pub outcome: String,
    pub content: Vec<u8>,
    pub state: String,
    pub proposed_by: String,
    pub decided_by: Option<String>,
    pub create_time: ChronoDateTimeUtc,
    pub update_time: ChronoDateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// What officers wrote, sealed together.
#[derive(Serialize, Deserialize)]
struct Content {
    findings: Vec<Finding>,
    note: String,
    return_reason: String,
}

/// Adds a decision.
pub async fn insert(tx: &Tx, decision: &Decision) -> Result<(), DbErr> {
    let row = row(tx, decision)?.into_active_model();
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Finds a decision.
pub async fn find(tx: &Tx, id: Id<Decision>) -> Result<Option<Decision>, DbErr> {
    mine(tx, id).one(tx).await?.map(|row| read(tx, row)).transpose()
}

/// Finds a decision and holds it until the transaction ends.
pub async fn lock(tx: &Tx, id: Id<Decision>) -> Result<Option<Decision>, DbErr> {
    mine(tx, id).lock_exclusive().one(tx).await?.map(|row| read(tx, row)).transpose()
}

/// The decision about an application that waits for a second officer.
pub async fn proposed(
    tx: &Tx,
    application: Id<Application>,
) -> Result<Option<Id<Decision>>, DbErr> {
    let found = Entity::find()
        .filter(COLUMN.agency.eq(tx.agency().as_str()))
        .filter(COLUMN.application_id.eq(application.uuid()))
        .filter(COLUMN.state.eq(DecisionState::Proposed.to_string()))
        .one(tx)
        .await?;
    Ok(found.map(|row| row.id.into()))
}

/// Writes a decision back.
pub async fn update(tx: &Tx, decision: &Decision) -> Result<(), DbErr> {
    let row = row(tx, decision)?.into_active_model().reset_all();
    Entity::update(row).exec(tx).await?;
    Ok(())
}

fn mine(tx: &Tx, id: Id<Decision>) -> Select<Entity> {
    Entity::find_by_id(id.uuid()).filter(COLUMN.agency.eq(tx.agency().as_str()))
}

fn row(tx: &Tx, decision: &Decision) -> Result<Model, DbErr> {
    let content = Content {
        findings: decision.findings.clone(),
        note: decision.note.reveal().clone(),
        return_reason: decision.return_reason.reveal().clone(),
    };
    Ok(Model {
        id: decision.id.uuid(),
        agency: tx.agency().to_string(),
        application_id: decision.application.uuid(),
        task_id: decision.task.uuid(),
        outcome: decision.outcome.to_string(),
        content: seal(tx, &content)?,
        state: decision.state.to_string(),
        proposed_by: decision.proposed_by.clone(),
        decided_by: decision.decided_by.clone(),
        create_time: decision.create_time,
        update_time: decision.update_time,
    })
}

fn read(tx: &Tx, row: Model) -> Result<Decision, DbErr> {
    let corrupt = |column: &str| DbErr::Type(format!("decision {}: {column}", row.id));
    let content: Content = open(tx, &row.content)?;
    Ok(Decision {
        id: row.id.into(),
        application: row.application_id.into(),
        task: row.task_id.into(),
        outcome: row.outcome.parse().map_err(|_| corrupt("outcome"))?,
        findings: content.findings,
        note: Sensitive::new(content.note),
        state: row.state.parse().map_err(|_| corrupt("state"))?,
        return_reason: Sensitive::new(content.return_reason),
        proposed_by: row.proposed_by,
        decided_by: row.decided_by,
        create_time: row.create_time,
        update_time: row.update_time,
    })
}
