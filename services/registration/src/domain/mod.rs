//! What is true about services, applications, decisions and records: pure, with no I/O.

mod application;
mod decision;
mod definition;
mod finding;
mod number;
mod record;
mod refusal;
mod service;
mod task;
mod version;
mod yaml;

pub use application::{Application, ApplicationFilter, ApplicationState, NewApplication, Subject};
pub use decision::{Decision, DecisionState, Outcome, Proposal};
pub use definition::{
    Case, Definition, Judgement, Limit, RecordKind, Rule, Service, Text, Validity,
};
pub use finding::{DefinitionFinding, FieldError, Finding, Source};
pub use number::Number;
pub use record::{Record, RecordState};
pub use refusal::Refusal;
pub use service::Published;
pub use task::{NewTask, Task, TaskFilter, TaskKind, TaskState};
pub use version::Version;
