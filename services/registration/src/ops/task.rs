//! What happens to tasks.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Page, Sensitive};
use tracing::instrument;

use super::application;
use crate::{
    definitions::Definitions,
    domain::{Application, Decision, NewTask, Refusal, Task, TaskFilter},
    error::Error,
    events::tell,
    store,
};

/// Makes a task for officers.
#[instrument(skip_all, fields(application.id = %new.application, task.role = %new.role))]
pub async fn create(tx: &Tx, new: NewTask, definitions: &Definitions) -> Result<Task, Error> {
    let application = application::lock(tx, new.application).await?;
    application.expect_submitted()?;
    let service = definitions.get(tx, application.service).await?;
    if !service.definition.has_role(&new.role) {
        return Err(Refusal::RoleUnknown(new.role).into());
    }
    let proposer = match new.decision {
        Some(decision) => Some(proposer(tx, &application, decision).await?),
        None => None,
    };
    let task = Task::open(new, application.service_name, proposer, tx.now());
    store::task::insert(tx, &task).await?;
    tx.changed("task", task.id.uuid());
    Ok(task)
}

/// Takes an open task.
#[instrument(skip_all, fields(task.id = %id))]
pub async fn claim(tx: &Tx, id: Id<Task>) -> Result<Task, Error> {
    let task = lock(tx, id).await?.claim(tx.caller(), tx.now())?;
    store::task::update(tx, &task).await?;
    Ok(task)
}

/// Gives a claimed task back.
#[instrument(skip_all, fields(task.id = %id))]
pub async fn release(tx: &Tx, id: Id<Task>) -> Result<Task, Error> {
    let task = lock(tx, id).await?.release(tx.caller(), tx.now())?;
    store::task::update(tx, &task).await?;
    Ok(task)
}

/// Completes a claimed check.
#[instrument(skip_all, fields(task.id = %id))]
pub async fn complete(
    tx: &Tx,
    id: Id<Task>,
    outcome: String,
    note: Sensitive<String>,
) -> Result<Task, Error> {
    let task = lock(tx, id).await?.complete(tx.caller(), outcome, note, tx.now())?;
    store::task::update(tx, &task).await?;
    tell::task_completed(tx, &task).await?;
    Ok(task)
}

/// Cancels a task that is not completed.
#[instrument(skip_all, fields(task.id = %id))]
pub async fn cancel(tx: &Tx, id: Id<Task>) -> Result<Task, Error> {
    let task = lock(tx, id).await?.cancel(tx.now())?;
    store::task::update(tx, &task).await?;
    Ok(task)
}

/// Gets a task; an officer's note speaks of a person, so that somebody read it is recorded.
pub async fn get(tx: &Tx, id: Id<Task>) -> Result<Task, Error> {
    let task = store::task::find(tx, id).await?.ok_or(Refusal::TaskNotFound)?;
    tx.changed("task", id.uuid());
    Ok(task)
}

/// Lists tasks, newest first, without their notes.
pub async fn list(
    tx: &Tx,
    filter: &TaskFilter,
    page: &Page<Task>,
) -> Result<(Vec<Task>, Option<Id<Task>>), Error> {
    let mut tasks = store::task::list(tx, filter, page).await?;
    let next = page.cut(&mut tasks, |task| task.id);
    Ok((tasks, next))
}

/// Gets a task and holds it.
pub async fn lock(tx: &Tx, id: Id<Task>) -> Result<Task, Error> {
    let task = store::task::lock(tx, id).await?.ok_or(Refusal::TaskNotFound)?;
    tx.changed("task", id.uuid());
    Ok(task)
}

/// Whoever proposed a decision about this application that still waits.
async fn proposer(tx: &Tx, application: &Application, id: Id<Decision>) -> Result<String, Error> {
    let decision = store::decision::find(tx, id).await?;
    let decision = decision.filter(|decision| decision.application == application.id);
    let decision = decision.ok_or(Refusal::DecisionNotFound)?;
    decision.expect_proposed()?;
    Ok(decision.proposed_by)
}
