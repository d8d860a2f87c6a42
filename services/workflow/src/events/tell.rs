//! The facts that this block records.

use prost_types::value::Kind;
use rangkai_db::{DbErr, Tx};
use rangkai_events::record;
use rangkai_proto::{
    from_json,
    workflow::v1::{
        DefinitionPublished, EventEmitted, InstanceCancelled, InstanceCompleted, InstanceFaulted,
        InstanceStarted,
    },
};

use crate::domain::{event::Event, instance::Instance, workflow::Workflow};

/// A workflow was published.
pub async fn definition_published(tx: &Tx, workflow: &Workflow) -> Result<(), DbErr> {
    let fact = DefinitionPublished {
        definition_id: workflow.id.to_string(),
        name: workflow.name.clone(),
        version: workflow.version.clone(),
    };
    record(tx, workflow.id.uuid(), &fact).await
}

/// An instance was started.
pub async fn instance_started(tx: &Tx, instance: &Instance) -> Result<(), DbErr> {
    let (instance_id, case_id) = names(instance);
    record(tx, instance.id.uuid(), &InstanceStarted { instance_id, case_id }).await
}

/// An instance came to its end.
pub async fn instance_completed(tx: &Tx, instance: &Instance) -> Result<(), DbErr> {
    let (instance_id, case_id) = names(instance);
    record(tx, instance.id.uuid(), &InstanceCompleted { instance_id, case_id }).await
}

/// An error ended an instance.
pub async fn instance_faulted(
    tx: &Tx,
    instance: &Instance,
    problem_type: String,
) -> Result<(), DbErr> {
    let (instance_id, case_id) = names(instance);
    record(tx, instance.id.uuid(), &InstanceFaulted { instance_id, case_id, problem_type }).await
}

/// An instance was cancelled.
pub async fn instance_cancelled(tx: &Tx, instance: &Instance) -> Result<(), DbErr> {
    let (instance_id, case_id) = names(instance);
    record(tx, instance.id.uuid(), &InstanceCancelled { instance_id, case_id }).await
}

/// A workflow told of an event of its own.
pub async fn event_emitted(tx: &Tx, instance: &Instance, event: &Event) -> Result<(), DbErr> {
    let (instance_id, case_id) = names(instance);
    let (r#type, envelope) = (event.kind.clone(), from_json(&event.envelope));
    let event = match envelope.kind {
        Some(Kind::StructValue(event)) => Some(event),
        _ => None,
    };
    record(tx, instance.id.uuid(), &EventEmitted { instance_id, case_id, r#type, event }).await
}

fn names(instance: &Instance) -> (String, String) {
    let case_id = instance.case_id.map(|case_id| case_id.to_string());
    (instance.id.to_string(), case_id.unwrap_or_default())
}
