//! What people say became of an order that no inquiry could tell.

use rangkai_primitives::Timestamp;

use super::Outcome;

/// What two people must say alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// Whether the money is there.
    pub paid: bool,
    /// The number of the payment, or the reason of the failure.
    pub evidence: String,
}

impl Resolution {
    /// The word for a payment that was made.
    pub const PAID: &str = "paid";

    /// The outcome in one word.
    pub const fn word(&self) -> &'static str {
        if self.paid { Self::PAID } else { "failed" }
    }

    /// What is then recorded. What people found to have failed can be given again.
    pub fn outcome(self, now: Timestamp) -> Outcome {
        if self.paid {
            Outcome::Paid { reference: self.evidence, time: now }
        } else {
            Outcome::Failed { reason: self.evidence, retry_safe: true }
        }
    }
}
