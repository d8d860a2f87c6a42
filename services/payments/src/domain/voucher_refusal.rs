//! Everything that the rules of vouchers can say no to.

use rangkai_primitives::{Currency, Id, Money, Timestamp};

use super::{Merchant, SerialNumber, VoucherState};

/// A rule of vouchers said no. Each variant has one reason in `payments/v1/error_reason.proto`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum VoucherRefusal {
    #[error("there is no such pool")]
    PoolNotFound,
    #[error("there is a pool {0}")]
    PoolTaken(String),
    #[error("pool {0} has less available")]
    PoolShort(String),
    #[error("pool {pool} holds {currency}")]
    PoolCurrency { pool: String, currency: Currency },
    #[error("pool {0} cannot hold so much")]
    PoolFull(String),
    #[error("money of document {0} was put into a pool before")]
    DocumentTaken(String),
    #[error("there is no such voucher")]
    VoucherNotFound,
    #[error("voucher {serial} is {state}")]
    StateMismatch { serial: SerialNumber, state: VoucherState },
    /// Unknown, foreign, blocked, or the PIN is wrong: who guesses learns nothing.
    #[error("the voucher is refused")]
    Refused,
    #[error("too many vouchers were refused; the next may be shown at {0}")]
    GuessesExhausted(Timestamp),
    #[error("less is left of the voucher")]
    VoucherShort { remaining: Money },
    #[error("there is no such merchant")]
    MerchantNotFound,
    #[error("merchant {0} has this name and these bank details")]
    MerchantTaken(Id<Merchant>),
    #[error("the merchant does not take vouchers of {0}")]
    NotInGroup(String),
    #[error("the merchant is owed less")]
    OwedLess { owed: Money },
}
