//! Why an operation did not happen.

use rangkai_db::{DbErr, RequestIdReused};

use crate::domain::{
    AccountCode, ChannelRefusal, EnvelopeRefusal, LedgerRefusal, RailRefusal,
    ReconciliationRefusal, RefundRefusal, Refusal, Refused, SuspenseRefusal, VoucherRefusal,
};

/// Why an operation did not happen: a rule said no, or something broke.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Refund(#[from] RefundRefusal),
    #[error(transparent)]
    Rail(#[from] RailRefusal),
    #[error(transparent)]
    Envelope(#[from] EnvelopeRefusal),
    #[error(transparent)]
    Suspense(#[from] SuspenseRefusal),
    #[error(transparent)]
    Channel(#[from] ChannelRefusal),
    #[error(transparent)]
    Reconciliation(#[from] ReconciliationRefusal),
    #[error(transparent)]
    Voucher(#[from] VoucherRefusal),
    #[error(transparent)]
    Reused(#[from] RequestIdReused),
    #[error("the database failed")]
    Database(#[from] DbErr),
    #[error(transparent)]
    Ledger(#[from] LedgerRefusal),
    #[error(transparent)]
    Linked(#[from] Refused),
    /// The rules never let it come to this.
    #[error("the account {} would pass its floor", .account.as_str())]
    PastFloor { account: AccountCode, available_minor: i128 },
    /// The settings are checked so that it fits.
    #[error("a code cannot be drawn")]
    NoPicture(#[from] crate::channel::PictureError),
    /// The entries of an account do not lead from one of its balances to another.
    #[error("the ledger is not sound")]
    Unsound,
    /// Whoever was in the way is gone; the caller may try again.
    #[error("somebody else changed the same at the same time")]
    Contended,
    /// The machine has no randomness to give, or every code that was tried is taken.
    #[error("there is no free billing code")]
    NoBillingCode,
    /// The machine has no randomness to give, or every number that was tried is taken.
    #[error("there is no free voucher number")]
    NoVoucherNumber,
    /// Two things that are always written together disagree; nothing is kept.
    #[error("the {0} of an envelope are out of step")]
    OutOfStep(&'static str),
}
