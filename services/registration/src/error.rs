//! Why an operation did not happen.

use rangkai_db::{DbErr, RequestIdReused};

use crate::domain::{FieldError, Refusal};

/// A rule said no, the answers do not fit the form, or the database broke.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the answers do not fit the form")]
    Answers(Vec<FieldError>),
    #[error(transparent)]
    Reused(#[from] RequestIdReused),
    #[error("the database failed")]
    Database(#[from] DbErr),
    #[error("a service that was published cannot be read any more")]
    Definition,
    #[error("the machine has no randomness to give")]
    Randomness,
    #[error("no number is free; the service needs more digits")]
    Numbers,
}
