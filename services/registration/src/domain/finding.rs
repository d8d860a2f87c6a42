//! What was found: in a definition, in the answers to a form, and by the rules of a service.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Text;

/// One mistake in a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinitionFinding {
    pub line: u64,
    pub column: u64,
    pub pointer: String,
    pub message: String,
}

/// One field of a request that breaks a rule which only the service knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    pub field: String,
    pub message: String,
}

/// What one rule says of an application.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub rule: String,
    pub met: bool,
    /// An officer's words for the applicant.
    pub explanation: String,
    pub text: Text,
    pub legal_basis: String,
    pub source: Source,
}

/// Who finds out whether a rule is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The system, by an expression.
    Expression,
    /// An officer, by looking.
    Officer,
}

/// An explanation speaks of a person, so it stays out.
impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.met)
    }
}
