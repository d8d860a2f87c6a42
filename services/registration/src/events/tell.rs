//! The facts that this block records, each in the transaction of the change itself.

use rangkai_db::{DbErr, Tx};
use rangkai_events::record;
use rangkai_proto::registration::v1 as wire;

use crate::domain::{Application, Decision, Outcome, Record, Task};

/// An application was handed in.
pub async fn application_submitted(tx: &Tx, application: &Application) -> Result<(), DbErr> {
    let fact = wire::ApplicationSubmitted {
        application_id: application.id.to_string(),
        service_name: application.service_name.clone(),
    };
    record(tx, application.id.uuid(), &fact).await
}

/// The applicant withdrew an application.
pub async fn application_withdrawn(tx: &Tx, application: &Application) -> Result<(), DbErr> {
    let fact = wire::ApplicationWithdrawn { application_id: application.id.to_string() };
    record(tx, application.id.uuid(), &fact).await
}

/// An application was closed without a decision.
pub async fn application_lapsed(tx: &Tx, application: &Application) -> Result<(), DbErr> {
    let fact = wire::ApplicationLapsed {
        application_id: application.id.to_string(),
        reason: application.closing_reason.reveal().clone(),
    };
    record(tx, application.id.uuid(), &fact).await
}

/// A task was completed.
pub async fn task_completed(tx: &Tx, task: &Task) -> Result<(), DbErr> {
    let fact = wire::TaskCompleted {
        task_id: task.id.to_string(),
        application_id: task.application.to_string(),
        outcome: task.outcome.clone(),
    };
    record(tx, task.id.uuid(), &fact).await
}

/// A decision was proposed.
pub async fn decision_proposed(tx: &Tx, decision: &Decision) -> Result<(), DbErr> {
    let fact = wire::DecisionProposed {
        decision_id: decision.id.to_string(),
        application_id: decision.application.to_string(),
        task_id: decision.task.to_string(),
        outcome: outcome(decision.outcome),
    };
    record(tx, decision.id.uuid(), &fact).await
}

/// A decision was confirmed.
pub async fn decision_confirmed(tx: &Tx, decision: &Decision) -> Result<(), DbErr> {
    let fact = wire::DecisionConfirmed {
        decision_id: decision.id.to_string(),
        application_id: decision.application.to_string(),
        outcome: outcome(decision.outcome),
    };
    record(tx, decision.id.uuid(), &fact).await
}

/// A decision was returned.
pub async fn decision_returned(tx: &Tx, decision: &Decision) -> Result<(), DbErr> {
    let fact = wire::DecisionReturned {
        decision_id: decision.id.to_string(),
        application_id: decision.application.to_string(),
    };
    record(tx, decision.id.uuid(), &fact).await
}

/// A record was issued.
pub async fn record_issued(tx: &Tx, issued: &Record) -> Result<(), DbErr> {
    let fact = wire::RecordIssued {
        record_id: issued.id.to_string(),
        application_id: issued.application.to_string(),
        number: issued.number.to_string(),
    };
    record(tx, issued.id.uuid(), &fact).await
}

fn outcome(outcome: Outcome) -> i32 {
    match outcome {
        Outcome::Grant => wire::DecisionOutcome::Grant,
        Outcome::Refuse => wire::DecisionOutcome::Refuse,
    }
    .into()
}
