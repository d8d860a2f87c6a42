//! Why an operation did not happen.

use rangkai_db::{DbErr, RequestIdReused};

use crate::domain::{AccountCode, RefundRefusal, Refusal};

/// Why an operation did not happen: a rule said no, or something broke.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Refund(#[from] RefundRefusal),
    #[error(transparent)]
    Reused(#[from] RequestIdReused),
    #[error("the database failed")]
    Database(#[from] DbErr),
    /// The rules never let it come to this.
    #[error("the account {} would pass its floor", .0.as_str())]
    PastFloor(AccountCode),
    /// Whoever was in the way is gone; the caller may try again.
    #[error("somebody else changed the same at the same time")]
    Contended,
    /// The machine has no randomness to give, or every code that was tried is taken.
    #[error("there is no free billing code")]
    NoBillingCode,
}
