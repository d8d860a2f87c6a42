//! Why a rule said no.

use rangkai_primitives::Id;

use super::instance::{Instance, State};

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
    /// The document has mistakes; each with its line, column and what is wrong.
    #[error("the document has mistakes")]
    Document(Vec<(u32, u32, String)>),
    /// It is about a service outside the blocks.
    #[error(transparent)]
    Elsewhere(#[from] Elsewhere),
    /// The input breaks the workflow's own schema; each with its path.
    #[error("the input breaks the schema of the workflow")]
    Input(Vec<(String, String)>),
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
