//! Everything that the rules of registration can say no to.

use rangkai_primitives::Id;

use super::{Application, ApplicationState, Decision, Task, TaskState};

/// A rule said no. Each variant has one reason in `registration/v1/error_reason.proto`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no service {0}")]
    ServiceNotFound(String),
    #[error("version {version} of service {name} was published with other content")]
    ServiceVersionTaken { name: String, version: String },
    #[error("there is no such application")]
    ApplicationNotFound,
    #[error("the application is {state}, not a draft")]
    ApplicationNotDraft { application: Id<Application>, state: ApplicationState },
    #[error("the application is {state}, not submitted")]
    ApplicationNotSubmitted { application: Id<Application>, state: ApplicationState },
    #[error("the application is {state}, not approved")]
    ApplicationNotApproved { application: Id<Application>, state: ApplicationState },
    #[error("the application is {state}")]
    ApplicationClosed { application: Id<Application>, state: ApplicationState },
    #[error("the person has another application with the service")]
    ApplicationPending(Id<Application>),
    #[error("the expression of {rule} failed: {reason}")]
    RuleFailed { rule: String, reason: String },
    #[error("there is no such task")]
    TaskNotFound,
    #[error("the task is {state}")]
    TaskNotOpen { task: Id<Task>, state: TaskState },
    #[error("the task is not claimed by the caller")]
    TaskNotClaimed { task: Id<Task>, state: TaskState },
    #[error("the task is completed")]
    TaskCompleted(Id<Task>),
    #[error("the task is completed in another way")]
    TaskKindMismatch(Id<Task>),
    #[error("the task is for officers with the role {0}")]
    RoleMissing(String),
    #[error("the service has no role {0}")]
    RoleUnknown(String),
    #[error("whoever proposed a decision cannot confirm or return it")]
    SameOfficer(Id<Decision>),
    #[error("rule {0} has no finding")]
    FindingMissing(String),
    #[error("the service has no rule {0} for officers")]
    FindingUnknown(String),
    #[error("a grant needs every rule met, a refusal one that is not")]
    OutcomeContradictsFindings,
    #[error("there is no such decision")]
    DecisionNotFound,
    #[error("the decision is confirmed or returned")]
    DecisionNotProposed(Id<Decision>),
    #[error("the application has a decision that waits for a second officer")]
    DecisionPending(Id<Decision>),
    #[error("there is no such record")]
    RecordNotFound,
    #[error("the application changed; its etag is now {0}")]
    StaleEtag(String),
}
