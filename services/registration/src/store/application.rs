//! The `application` table.

use rangkai_db::{DbErr, SqlErr, Tx};
use rangkai_primitives::{Id, Page, Sensitive};
use sea_orm::{
    ConnectionTrait as _, IntoActiveModel as _, QueryOrder as _, QuerySelect as _,
    entity::prelude::*,
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::sealed::{open, seal};
use crate::domain::{Application, ApplicationFilter, ApplicationState, Finding};

/// One row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "application")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub agency: String,
    pub service_id: Uuid,
    pub service_name: String,
    pub applicant: String,
    pub answers: Vec<u8>,
    pub findings: Vec<u8>,
    pub state: String,
    pub create_time: ChronoDateTimeUtc,
    pub submit_time: Option<ChronoDateTimeUtc>,
    pub update_time: ChronoDateTimeUtc,
    pub revision: i64,
}

impl ActiveModelBehavior for ActiveModel {}

/// What the person said and what follows from it, sealed together.
#[derive(Default, Serialize, Deserialize)]
struct Said {
    answers: Json,
    facts: Json,
    determinations: Json,
}

/// What was found, sealed together.
#[derive(Default, Serialize, Deserialize)]
struct Findings {
    findings: Vec<Finding>,
    closing_reason: String,
}

/// Adds an application.
pub async fn insert(tx: &Tx, application: &Application) -> Result<(), DbErr> {
    let row = row(tx, application)?.into_active_model();
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Finds an application.
pub async fn find(tx: &Tx, id: Id<Application>) -> Result<Option<Application>, DbErr> {
    mine(tx, id).one(tx).await?.map(|row| read(tx, row)).transpose()
}

/// Finds an application and holds it until the transaction ends.
pub async fn lock(tx: &Tx, id: Id<Application>) -> Result<Option<Application>, DbErr> {
    mine(tx, id).lock_exclusive().one(tx).await?.map(|row| read(tx, row)).transpose()
}

/// The other application of the same person with the same service that is not closed.
pub async fn pending(tx: &Tx, application: &Application) -> Result<Option<Id<Application>>, DbErr> {
    let states = [ApplicationState::Submitted, ApplicationState::Approved];
    let found = Entity::find()
        .filter(COLUMN.agency.eq(tx.agency().as_str()))
        .filter(COLUMN.service_name.eq(application.service_name.as_str()))
        .filter(COLUMN.applicant.eq(application.applicant.as_str()))
        .filter(COLUMN.state.is_in(states.map(|state| state.to_string())))
        .filter(COLUMN.id.ne(application.id.uuid()))
        .one(tx)
        .await?;
    Ok(found.map(|row| row.id.into()))
}

/// Lists applications, newest first: one more than the page, if there is one. What is sealed stays so.
pub async fn list(
    tx: &Tx,
    filter: &ApplicationFilter,
    page: &Page<Application>,
) -> Result<Vec<Application>, DbErr> {
    let mut query = Entity::find().filter(COLUMN.agency.eq(tx.agency().as_str()));
    if let Some(name) = &filter.service_name {
        query = query.filter(COLUMN.service_name.eq(name.as_str()));
    }
    if let Some(state) = filter.state {
        query = query.filter(COLUMN.state.eq(state.to_string()));
    }
    if let Some(applicant) = &filter.applicant {
        query = query.filter(COLUMN.applicant.eq(applicant.as_str()));
    }
    if let Some(after) = page.after {
        query = query.filter(COLUMN.id.lt(after.uuid()));
    }
    let rows = query.order_by_desc(COLUMN.id).limit(page.limit()).all(tx).await?;
    let bare = |row| assemble(row, Said::default(), Findings::default());
    rows.into_iter().map(bare).collect()
}

/// Writes an application back.
pub async fn update(tx: &Tx, application: &Application) -> Result<(), DbErr> {
    let row = row(tx, application)?.into_active_model().reset_all();
    Entity::update(row).exec(tx).await?;
    Ok(())
}

/// Writes an application back that was handed in; answers false, and leaves it as it was, when the
/// person has another one at the same moment.
pub async fn hand_in(tx: &Tx, application: &Application) -> Result<bool, DbErr> {
    // PostgreSQL ends a transaction at its first error, unless there is a point to go back to.
    tx.execute_unprepared("SAVEPOINT hand_in").await?;
    let Err(error) = update(tx, application).await else {
        tx.execute_unprepared("RELEASE SAVEPOINT hand_in").await?;
        return Ok(true);
    };
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => {
            tx.execute_unprepared("ROLLBACK TO SAVEPOINT hand_in").await?;
            Ok(false)
        }
        _ => Err(error),
    }
}

fn mine(tx: &Tx, id: Id<Application>) -> Select<Entity> {
    Entity::find_by_id(id.uuid()).filter(COLUMN.agency.eq(tx.agency().as_str()))
}

fn row(tx: &Tx, application: &Application) -> Result<Model, DbErr> {
    let said = Said {
        answers: application.answers.reveal().clone(),
        facts: application.facts.reveal().clone(),
        determinations: application.determinations.reveal().clone(),
    };
    let findings = Findings {
        findings: application.findings.clone(),
        closing_reason: application.closing_reason.reveal().clone(),
    };
    Ok(Model {
        id: application.id.uuid(),
        agency: tx.agency().to_string(),
        service_id: application.service.uuid(),
        service_name: application.service_name.clone(),
        applicant: application.applicant.as_str().to_owned(),
        answers: seal(tx, &said)?,
        findings: seal(tx, &findings)?,
        state: application.state.to_string(),
        create_time: application.create_time,
        submit_time: application.submit_time,
        update_time: application.update_time,
        revision: application.revision,
    })
}

fn read(tx: &Tx, row: Model) -> Result<Application, DbErr> {
    let said = open(tx, &row.answers)?;
    let findings = open(tx, &row.findings)?;
    assemble(row, said, findings)
}

fn assemble(row: Model, said: Said, findings: Findings) -> Result<Application, DbErr> {
    let corrupt = |column: &str| DbErr::Type(format!("application {}: {column}", row.id));
    Ok(Application {
        id: row.id.into(),
        service: row.service_id.into(),
        applicant: row.applicant.parse().map_err(|_| corrupt("applicant"))?,
        answers: Sensitive::new(said.answers),
        facts: Sensitive::new(said.facts),
        determinations: Sensitive::new(said.determinations),
        state: row.state.parse().map_err(|_| corrupt("state"))?,
        closing_reason: Sensitive::new(findings.closing_reason),
        findings: findings.findings,
        service_name: row.service_name,
        create_time: row.create_time,
        submit_time: row.submit_time,
        update_time: row.update_time,
        revision: row.revision,
    })
}
