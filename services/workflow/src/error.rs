//! Why an operation did not happen.

use rangkai_db::{DbErr, RequestIdReused};

use crate::domain::{calendar::YearMissing, clock_refusal::ClockRefusal, refusal::Refusal};

/// A rule said no, the request id was used for something else, or something broke.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The request id was used before, for another request.
    #[error(transparent)]
    RequestIdReused(#[from] RequestIdReused),
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] DbErr),
    /// A published document can no longer be read: it was written for a later release.
    #[error("the definition {0} cannot be read")]
    Unreadable(uuid::Uuid),
}

impl From<ClockRefusal> for Error {
    fn from(refusal: ClockRefusal) -> Self {
        Self::Refused(refusal.into())
    }
}

impl From<YearMissing> for Error {
    fn from(missing: YearMissing) -> Self {
        ClockRefusal::from(missing).into()
    }
}
