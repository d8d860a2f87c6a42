//! The facts that this block records.

use rangkai_db::{DbErr, Tx};
use rangkai_events::record;
use rangkai_proto::workflow::v1::{
    DefinitionPublished, InstanceCancelled, InstanceCompleted, InstanceFaulted, InstanceStarted,
};

use crate::domain::{instance::Instance, workflow::Workflow};

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

fn names(instance: &Instance) -> (String, String) {
    let case_id = instance.case_id.map(|case_id| case_id.to_string());
    (instance.id.to_string(), case_id.unwrap_or_default())
}
