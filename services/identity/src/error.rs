//! Why an operation did not happen.

use rangkai_db::{DbErr, RequestIdReused};
use rangkai_vault::VaultError;

use crate::domain::Refusal;

/// Why an operation did not happen: a rule said no, or something broke.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    RequestIdReused(#[from] RequestIdReused),
    #[error("the database failed")]
    Database(#[from] DbErr),
    #[error("the vault failed")]
    Vault(#[from] VaultError),
    #[error("a token could not be signed")]
    Signing(#[from] rangkai_auth::SignError),
    #[error("there is no key to sign with")]
    NoSigningKey,
    #[error("the machine gave no randomness")]
    NoRandomness,
}
