//! What people say became of an order.

use rangkai_primitives::Timestamp;

use super::Outcome;

/// What two people must say alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the money is there.
    pub paid: bool,
    /// The number of the payment, or the reason of the failure or the return.
    pub evidence: String,
}

impl Verdict {
    /// The word for a payment that was made.
    pub const PAID: &str = "paid";

    /// The outcome in one word.
    pub const fn word(&self) -> &'static str {
        if self.paid { Self::PAID } else { "failed" }
    }

    /// What is then recorded; of what failed, whether it can be given again.
    pub fn outcome(self, retry_safe: bool, now: Timestamp) -> Outcome {
        if self.paid {
            Outcome::Paid { reference: self.evidence, time: now }
        } else {
            Outcome::Failed { reason: self.evidence, retry_safe }
        }
    }
}
