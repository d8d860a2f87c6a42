//! What happens to decisions: two officers, four eyes.

use rangkai_db::Tx;
use rangkai_primitives::Id;
use tracing::instrument;

use super::{application, task};
use crate::{
    definitions::Definitions,
    domain::{Application, Decision, Proposal, Refusal, Task, TaskKind},
    error::Error,
    events::tell,
    store,
};

/// Proposes a decision and completes the task of proposing it.
#[instrument(skip_all, fields(task.id = %proposal.task))]
pub async fn propose(
    tx: &Tx,
    proposal: Proposal,
    definitions: &Definitions,
) -> Result<Decision, Error> {
    let (application, task) = lock(tx, proposal.task).await?;
    task.expect_claimed(tx.caller())?;
    task.expect_kind(TaskKind::ProposeDecision)?;
    application.expect_submitted()?;
    if let Some(other) = store::decision::proposed(tx, application.id).await? {
        return Err(Refusal::DecisionPending(other).into());
    }
    let definition = definitions.get(tx, application.service).await?.definition;
    let officer = &tx.caller().id;
    let decision = Decision::propose(proposal, &application, &definition, officer, tx.now())?;
    store::decision::insert(tx, &decision).await?;
    tx.changed("decision", decision.id.uuid());
    complete(tx, task).await?;
    tell::decision_proposed(tx, &decision).await?;
    Ok(decision)
}

/// Confirms a decision, which has effect from then on.
#[instrument(skip_all, fields(task.id = %id))]
pub async fn confirm(tx: &Tx, id: Id<Task>) -> Result<Decision, Error> {
    let (application, task) = lock(tx, id).await?;
    let decision = second(tx, &task).await?.confirm(&tx.caller().id, tx.now())?;
    let application = application.decide(decision.outcome, decision.findings.clone(), tx.now())?;
    store::decision::update(tx, &decision).await?;
    store::application::update(tx, &application).await?;
    complete(tx, task).await?;
    store::task::cancel_all(tx, application.id).await?;
    tell::decision_confirmed(tx, &decision).await?;
    Ok(decision)
}

/// Returns a decision; another must be proposed.
#[instrument(skip_all, fields(task.id = %id))]
pub async fn give_back(tx: &Tx, id: Id<Task>, reason: String) -> Result<Decision, Error> {
    let (_, task) = lock(tx, id).await?;
    let decision = second(tx, &task).await?.give_back(&tx.caller().id, reason, tx.now())?;
    store::decision::update(tx, &decision).await?;
    complete(tx, task).await?;
    tell::decision_returned(tx, &decision).await?;
    Ok(decision)
}

/// Returns the decision that waits about an application, if there is one: it was closed, and no
/// officer will confirm anything about it.
pub async fn give_back_of(tx: &Tx, application: Id<Application>) -> Result<(), Error> {
    let Some(id) = store::decision::proposed(tx, application).await? else { return Ok(()) };
    let decision = store::decision::lock(tx, id).await?.ok_or(Refusal::DecisionNotFound)?;
    let decision = decision.give_back_unread(tx.now());
    store::decision::update(tx, &decision).await?;
    tx.changed("decision", id.uuid());
    tell::decision_returned(tx, &decision).await?;
    Ok(())
}

/// Gets a decision; that somebody read it is recorded.
pub async fn get(tx: &Tx, id: Id<Decision>) -> Result<Decision, Error> {
    let decision = store::decision::find(tx, id).await?.ok_or(Refusal::DecisionNotFound)?;
    tx.changed("decision", id.uuid());
    Ok(decision)
}

/// The application of a task, then the task, both held: always in this order.
async fn lock(tx: &Tx, id: Id<Task>) -> Result<(Application, Task), Error> {
    let task = store::task::find(tx, id).await?.ok_or(Refusal::TaskNotFound)?;
    let application = application::lock(tx, task.application).await?;
    Ok((application, task::lock(tx, id).await?))
}

/// The decision that the caller is the second officer for.
async fn second(tx: &Tx, task: &Task) -> Result<Decision, Error> {
    let id = task.confirms(tx.caller())?;
    task.expect_claimed(tx.caller())?;
    let decision = store::decision::lock(tx, id).await?.ok_or(Refusal::DecisionNotFound)?;
    tx.changed("decision", id.uuid());
    Ok(decision)
}

async fn complete(tx: &Tx, task: Task) -> Result<(), Error> {
    let task = task.completed(tx.now());
    store::task::update(tx, &task).await?;
    tell::task_completed(tx, &task).await?;
    Ok(())
}
