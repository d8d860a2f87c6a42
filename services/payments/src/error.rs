//! Why an operation did not happen.

use rangkai_db::{DbErr, RequestIdReused};

use crate::domain::{AccountCode, RailRefusal, Refusal};

/// Why an operation did not happen: a rule said no, or something broke.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    RailRefused(#[from] RailRefusal),
    #[error(transparent)]
    Reused(#[from] RequestIdReused),
    #[error("the database failed")]
    Database(#[from] DbErr),
    /// The rules never let it come to this.
    #[error("the account {} would pass its floor", .0.as_str())]
    PastFloor(AccountCode),
    /// The machine has no randomness to give, or every code that was tried is taken.
    #[error("there is no free billing code")]
    NoBillingCode,
}
