//! Everything that the rules of the ledger can say no to.

use rangkai_primitives::{Currency, Id};

use super::{Account, Reservation, ReservationState};

/// A rule of the ledger said no. Each variant has one reason in `payments/v1/error_reason.proto`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerRefusal {
    #[error("there is no such account")]
    AccountNotFound(Id<Account>),
    #[error("there is an account with this code in this currency")]
    AccountTaken(String),
    #[error("account {0} is the block's own")]
    AccountReserved(String),
    #[error("account {0} is closed")]
    AccountClosed(Id<Account>),
    #[error("account {0} holds or expects money")]
    AccountNotEmpty(Id<Account>),
    #[error("account {account} would pass its floor")]
    FloorPassed { account: Id<Account>, code: String, currency: Currency, available_minor: i128 },
    #[error("account {account} would pass its ceiling")]
    CeilingPassed { account: Id<Account>, currency: Currency, room_minor: i128 },
    #[error("account {0} would hold more than can be counted")]
    Overflow(Id<Account>),
    #[error("account {account} is in {currency}")]
    CurrencyMismatch { account: Id<Account>, currency: Currency },
    #[error("there is no such transfer")]
    TransferNotFound,
    #[error("there is no such reservation")]
    ReservationNotFound(Id<Reservation>),
    #[error("reservation {reservation} is {state}, not open")]
    ReservationNotOpen { reservation: Id<Reservation>, state: ReservationState },
    #[error("reservation {0} expired")]
    ReservationExpired(Id<Reservation>),
    #[error("more than what is left of reservation {reservation}")]
    ReservationExceeded { reservation: Id<Reservation>, currency: Currency, remaining_minor: i64 },
    #[error("the totals of the period are too large to be told")]
    TotalsTooLarge,
}

/// One of several linked commands was refused, and so none took place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{refusal}")]
pub struct Refused {
    /// Which one, counted from nothing.
    pub index: usize,
    /// Why.
    pub refusal: LedgerRefusal,
}
