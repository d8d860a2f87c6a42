//! Everything that the rules of identity can say no to.

use rangkai_primitives::{Agency, Id};

use super::Client;

/// A rule said no. Each variant has one reason in `identity/v1/error_reason.proto`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no such person")]
    PersonNotFound,
    #[error("there is no client {0}")]
    ClientNotFound(Id<Client>),
    #[error("the client is not known by this secret")]
    ClientNotAuthenticated,
    #[error("the scope is not the client's to have or to give")]
    ScopeNotAllowed(String),
    #[error("the client may not act for agency {0}")]
    AgencyNotAllowed(Agency),
}
