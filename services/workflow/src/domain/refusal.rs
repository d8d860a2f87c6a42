//! Why a rule said no.

use rangkai_primitives::Id;

use super::{
    clock_refusal::ClockRefusal,
    instance::{Instance, State},
    settlement::Settlement,
};

/// A rule said no. Each variant has one reason in `workflow/v1/error_reason.proto`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The agency has no such workflow.
    #[error("there is no workflow {namespace}/{name}")]
    DefinitionNotFound {
        /// The namespace asked for.
        namespace: String,
        /// The name asked for.
        name: String,
    },
    /// The version was published with other content.
    #[error("version {version} of {name} was published with other content")]
    DefinitionVersionTaken {
        /// The name of the workflow.
        name: String,
        /// The version.
        version: String,
    },
    /// There is no such instance in the agency.
    #[error("there is no instance {0}")]
    InstanceNotFound(Id<Instance>),
    /// The instance reached another final state.
    #[error("instance {instance} is {state}")]
    InstanceEnded {
        /// The instance.
        instance: Id<Instance>,
        /// The state that it reached.
        state: State,
    },
    /// The instance took its final step, or may have: it only goes forward.
    #[error("instance {0} is past its final step")]
    PastFinalStep(Id<Instance>),
    /// No error ended the instance.
    #[error("instance {instance} is {state}, not faulted")]
    InstanceNotFaulted {
        /// The instance.
        instance: Id<Instance>,
        /// Where it stands.
        state: State,
    },
    /// Two persons settled the instance before.
    #[error("instance {0} is settled")]
    InstanceSettled(Id<Instance>),
    /// There is no such settlement in the agency, or a later one took its place.
    #[error("there is no settlement {0}")]
    SettlementNotFound(Id<Settlement>),
    /// Whoever proposed a settlement cannot confirm it.
    #[error("settlement {0} was proposed by the same person")]
    SamePerson(Id<Settlement>),
    /// The document has mistakes; each with its line, column and what is wrong.
    #[error("the document has mistakes")]
    Document(Vec<(u32, u32, String)>),
    /// It is about a service outside the blocks.
    #[error(transparent)]
    Elsewhere(#[from] Elsewhere),
    /// The input breaks the workflow's own schema; each with its path.
    #[error("the input breaks the schema of the workflow")]
    Input(Vec<(String, String)>),
    /// A rule of calendars, terms and deadlines.
    #[error(transparent)]
    Clock(#[from] ClockRefusal),
}

/// A rule about services outside the blocks said no.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Elsewhere {
    /// The agency imported no descriptors of this name.
    #[error("there are no descriptors called {0}")]
    NotFound(String),
    /// The name was imported with other content.
    #[error("descriptors called {0} were imported with other content")]
    NameTaken(String),
    /// What is to be imported cannot be read: the field, and what is wrong.
    #[error("the descriptors cannot be read")]
    Unreadable(String, String),
    /// The operator configured no such host for the agency.
    #[error("there is no host {0}")]
    HostNotFound(String),
    /// A host gave no descriptors.
    #[error("the host {host} gave no descriptors")]
    HostNotReflected {
        /// The host.
        host: String,
        /// The code of gRPC that it answered, or what stands for silence.
        code: String,
    },
}
