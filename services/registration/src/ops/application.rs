//! What happens to applications until officers decide.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Page, Sensitive};
use serde_json::Value as Json;
use tracing::instrument;

use super::{decision, service};
use crate::{
    definitions::{Definitions, compute},
    domain::{
        Application, ApplicationFilter, ApplicationState, FieldError, Judgement, NewApplication,
        Published, Refusal,
    },
    error::Error,
    events::tell,
    store,
};

/// Begins a draft.
#[instrument(skip_all, fields(service.name = %new.service_name))]
pub async fn create(
    tx: &Tx,
    new: NewApplication,
    definitions: &Definitions,
) -> Result<Application, Error> {
    let service = service::get(tx, &new.service_name, None, definitions).await?;
    fits(service.definition.check_draft(new.answers.reveal()))?;
    let application = Application::begin(new, &service, tx.now());
    store::application::insert(tx, &application).await?;
    tx.changed("application", application.id.uuid());
    Ok(application)
}

/// Replaces the answers of a draft.
#[instrument(skip_all, fields(application.id = %id))]
pub async fn save(
    tx: &Tx,
    id: Id<Application>,
    answers: Sensitive<Json>,
    etag: &str,
    definitions: &Definitions,
) -> Result<Application, Error> {
    let application = lock(tx, id).await?;
    application.expect_draft()?;
    application.expect_etag(etag)?;
    let service = definitions.get(tx, application.service).await?;
    fits(service.definition.check_draft(answers.reveal()))?;
    let application = application.save(answers, tx.now())?;
    store::application::update(tx, &application).await?;
    Ok(application)
}

/// Hands a draft in; handed in again, it changes nothing.
#[instrument(skip_all, fields(application.id = %id))]
pub async fn submit(
    tx: &Tx,
    id: Id<Application>,
    etag: &str,
    definitions: &Definitions,
) -> Result<Application, Error> {
    let application = lock(tx, id).await?;
    if application.state == ApplicationState::Submitted {
        return Ok(application);
    }
    application.expect_draft()?;
    application.expect_etag(etag)?;
    let definition = definitions.get(tx, application.service).await?.definition;
    fits(definition.check_answers(application.answers.reveal()))?;
    expect_alone(tx, &application).await?;
    let case = application.case(&application.facts, tx.now());
    let determinations = compute(move || definition.determine(&case)).await?;
    let application = application.submit(determinations, tx.now())?;
    while !store::application::hand_in(tx, &application).await? {
        expect_alone(tx, &application).await?;
    }
    tell::application_submitted(tx, &application).await?;
    Ok(application)
}

/// Withdraws an application for its applicant.
#[instrument(skip_all, fields(application.id = %id))]
pub async fn withdraw(tx: &Tx, id: Id<Application>, reason: String) -> Result<Application, Error> {
    let application = close(tx, id, ApplicationState::Withdrawn, reason).await?;
    // Told first, so that whoever waits for the decision hears why it is returned.
    tell::application_withdrawn(tx, &application).await?;
    decision::give_back_of(tx, id).await?;
    Ok(application)
}

/// Closes an application without a decision.
#[instrument(skip_all, fields(application.id = %id))]
pub async fn lapse(tx: &Tx, id: Id<Application>, reason: String) -> Result<Application, Error> {
    let application = close(tx, id, ApplicationState::Lapsed, reason).await?;
    tell::application_lapsed(tx, &application).await?;
    decision::give_back_of(tx, id).await?;
    Ok(application)
}

/// Evaluates the rules that need no officer and keeps what they say.
#[instrument(skip_all, fields(application.id = %id))]
pub async fn evaluate(
    tx: &Tx,
    id: Id<Application>,
    facts: Sensitive<Json>,
    definitions: &Definitions,
) -> Result<(Application, Judgement, Published), Error> {
    let application = lock(tx, id).await?;
    application.expect_submitted()?;
    let service = definitions.get(tx, application.service).await?;
    let definition = service.definition.clone();
    let case = application.case(&facts, tx.now());
    let determined = application.determinations.reveal().clone();
    let judgement = compute(move || definition.judge(&case, &determined)).await?;
    let application = application.judged(facts, judgement.findings.clone(), tx.now())?;
    store::application::update(tx, &application).await?;
    Ok((application, judgement, service))
}

/// Gets an application; that somebody read it is recorded.
pub async fn get(tx: &Tx, id: Id<Application>) -> Result<Application, Error> {
    let application = store::application::find(tx, id).await?;
    let application = application.ok_or(Refusal::ApplicationNotFound)?;
    tx.changed("application", id.uuid());
    Ok(application)
}

/// Lists applications, newest first, without what they say of a person.
pub async fn list(
    tx: &Tx,
    filter: &ApplicationFilter,
    page: &Page<Application>,
) -> Result<(Vec<Application>, Option<Id<Application>>), Error> {
    let mut applications = store::application::list(tx, filter, page).await?;
    let next = page.cut(&mut applications, |application| application.id);
    Ok((applications, next))
}

/// Gets an application and holds it; every operation on it begins so, and then takes its tasks.
pub async fn lock(tx: &Tx, id: Id<Application>) -> Result<Application, Error> {
    let application = store::application::lock(tx, id).await?;
    let application = application.ok_or(Refusal::ApplicationNotFound)?;
    tx.changed("application", id.uuid());
    Ok(application)
}

async fn close(
    tx: &Tx,
    id: Id<Application>,
    state: ApplicationState,
    reason: String,
) -> Result<Application, Error> {
    let application = lock(tx, id).await?.close(state, reason, tx.now())?;
    store::application::update(tx, &application).await?;
    store::task::cancel_all(tx, id).await?;
    Ok(application)
}

async fn expect_alone(tx: &Tx, application: &Application) -> Result<(), Error> {
    match store::application::pending(tx, application).await? {
        Some(other) => Err(Refusal::ApplicationPending(other).into()),
        None => Ok(()),
    }
}

fn fits(errors: Vec<FieldError>) -> Result<(), Error> {
    if errors.is_empty() { Ok(()) } else { Err(Error::Answers(errors)) }
}
