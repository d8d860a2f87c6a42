//! A provider that is played here: what it says depends on the last digit of the amount alone.
//!
//! | Last digit of the whole rupiah | What it says                              |
//! |--------------------------------|-------------------------------------------|
//! | 1                              | paid                                      |
//! | 2                              | nothing, ever                             |
//! | 3                              | nothing twice, then that it was paid      |
//! | 4                              | nothing, and it never answers             |
//! | any other                      | nobody paid                               |

use rangkai_primitives::{Currency, Money};

use super::Answer;
use crate::domain::Collection;

/// What the sandbox says about `collection`.
pub async fn answer(collection: &Collection) -> Answer {
    let Some(amount) = collection.amount else { return Answer::Unpaid };
    match (last_digit(amount), collection.inquiries) {
        (1, _) | (3, 2..) => Answer::Paid {
            reference: format!("SANDBOX-{}", collection.number),
            amount,
            time: collection.create_time,
        },
        (2 | 3, _) => Answer::Silence,
        (4, _) => std::future::pending().await,
        _ => Answer::Unpaid,
    }
}

fn last_digit(amount: Money) -> i64 {
    amount.minor() / 10_i64.pow(Currency::IDR.exponent()) % 10
}
