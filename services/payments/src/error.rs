//! Why an operation did not happen.

use rangkai_db::{DbErr, RequestIdReused};

use crate::domain::{
    AccountCode, LedgerRefusal, ReconciliationRefusal, Refusal, Refused, SuspenseRefusal,
};

/// Why an operation did not happen: a rule said no, or something broke.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Suspense(#[from] SuspenseRefusal),
    #[error(transparent)]
    Reconciliation(#[from] ReconciliationRefusal),
    #[error(transparent)]
    Reused(#[from] RequestIdReused),
    #[error("the database failed")]
    Database(#[from] DbErr),
    #[error(transparent)]
    Ledger(#[from] LedgerRefusal),
    #[error(transparent)]
    Linked(#[from] Refused),
    /// The rules never let it come to this.
    #[error("the account {} would pass its floor", .0.as_str())]
    PastFloor(AccountCode),
    /// The entries of an account do not lead from one of its balances to another.
    #[error("the ledger is not sound")]
    Unsound,
    /// The machine has no randomness to give, or every code that was tried is taken.
    #[error("there is no free billing code")]
    NoBillingCode,
}
