//! Amounts that can be paid out.

use rangkai_primitives::{Currency, Money};

/// The most that one payment can be: ten million million units of a currency with two decimals.
const LARGEST_MINOR: i64 = 1_000_000_000_000_000;
/// The most that one envelope can be. A hundred of them still fit a number of the database.
const LARGEST_TOTAL_MINOR: i64 = 90_000_000_000_000_000;

/// Why an amount cannot be paid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayableError {
    #[error("must be more than nothing")]
    NotPositive,
    #[error("is too large")]
    TooLarge,
    #[error("must be whole rupiahs")]
    NotWhole,
}

/// `amount`, if one payment can be that.
pub fn payable(amount: Money) -> Result<Money, PayableError> {
    bounded(amount, LARGEST_MINOR)
}

/// `amount`, if the payments of one envelope, or the money for several, can be that.
pub fn payable_total(amount: Money) -> Result<Money, PayableError> {
    bounded(amount, LARGEST_TOTAL_MINOR)
}

fn bounded(amount: Money, most: i64) -> Result<Money, PayableError> {
    let minor_per_unit = 10_i64.pow(amount.currency().exponent());
    if amount.minor() <= 0 {
        Err(PayableError::NotPositive)
    } else if amount.minor() > most {
        Err(PayableError::TooLarge)
    } else if amount.currency() == Currency::IDR && amount.minor() % minor_per_unit != 0 {
        Err(PayableError::NotWhole)
    } else {
        Ok(amount)
    }
}
