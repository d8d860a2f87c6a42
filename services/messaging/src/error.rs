//! Why an operation did not happen.

use rangkai_db::{DbErr, RequestIdReused};
use rangkai_events::Unreadable;
use rangkai_vault::VaultError;
use rangkai_webhooks::SecretError;

use crate::domain::{EndpointRefusal, Fault, Refusal};

/// A rule said no, a field turned out unfit, or something broke.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A rule about endpoints said no.
    #[error(transparent)]
    Endpoint(#[from] EndpointRefusal),
    /// Fields that only the template could judge.
    #[error("the request breaks its contract")]
    Unfit(Vec<Fault>),
    /// The request id was used before, for another request.
    #[error(transparent)]
    Reused(#[from] RequestIdReused),
    /// A template that was checked cannot be filled in.
    #[error("a template could not be filled in")]
    Template,
    /// Something does not open, or cannot be sealed.
    #[error("the vault failed")]
    Vault(#[from] VaultError),
    /// What was opened is not what was sealed.
    #[error("a sealed value is not what it should be")]
    Sealed,
    /// A fact of another block breaks its contract.
    #[error("a fact cannot be read")]
    Fact(#[from] Unreadable),
    /// No signing secret could be made.
    #[error("no signing secret could be made")]
    Secret(#[from] SecretError),
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] DbErr),
}

impl From<Vec<Fault>> for Error {
    fn from(faults: Vec<Fault>) -> Self {
        Self::Unfit(faults)
    }
}
