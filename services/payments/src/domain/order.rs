//! Orders to a rail, what becomes of them, and when to ask about those that nobody answered.

use std::time::Duration;

use rangkai_primitives::{Money, Sensitive, Timestamp};
use uuid::Uuid;

/// One payment that a rail is to make.
#[derive(Clone, Debug)]
pub struct Order {
    /// The instruction or refund that asks for it.
    pub id: Uuid,
    /// What both sides know it by, for ever: at most 35 letters and digits (ISO 20022 `EndToEndId`).
    pub end_to_end: String,
    /// Where the money goes.
    pub address: FinancialAddress,
    /// Whose the address is.
    pub name: Sensitive<String>,
    /// More than nothing.
    pub amount: Money,
    /// What the payee's statement shows.
    pub narration: Sensitive<String>,
}

/// Where a person is paid.
#[derive(Clone, Debug)]
pub struct FinancialAddress {
    /// The bank or wallet: a BIC, or the three digits of the national bank code. Empty where the
    /// account says it all.
    pub institution: String,
    /// The account there.
    pub account: Sensitive<String>,
}

/// What became of an order, as far as the rail says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The money is there.
    Paid {
        /// The rail's own number of the payment.
        reference: String,
        /// When it was there.
        time: Timestamp,
    },
    /// The money did not move, and will not.
    Failed {
        /// Why, as an external status reason of ISO 20022, such as `AC04` (closed account).
        reason: String,
        /// Whether the same order may be given once more, by a new instruction.
        retry_safe: bool,
    },
    /// The rail took the order and has not finished it.
    Pending,
    /// The rail took the order into a file that people carry: its report comes in a day or more, and
    /// until then there is nobody to ask.
    Filed,
    /// Nobody knows. The only next move is to inquire.
    Unknown,
}

/// How long after the last word to inquire about an order; after these a person must look into it.
const INQUIRIES: [Duration; 4] = [
    Duration::from_secs(30),
    Duration::from_mins(2),
    Duration::from_mins(10),
    Duration::from_hours(1),
];

/// How long an order may stay without any word before somebody asks about it: whoever takes orders
/// takes no more than can be sent in this time.
pub const SILENCE: Duration = Duration::from_mins(5);

/// How long to wait for the report about a file before it is looked for again.
const REPORT: Duration = Duration::from_hours(24);

/// When to look for a report next after `made` inquiries; none when it is a person's turn.
pub fn next_report(made: usize, now: Timestamp) -> Option<Timestamp> {
    INQUIRIES.get(made).map(|_| now + REPORT)
}

/// When to inquire next after `made` inquiries; none when it is a person's turn.
pub fn next_inquiry(made: usize, now: Timestamp) -> Option<Timestamp> {
    INQUIRIES.get(made).map(|pause| now + *pause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_four_inquiries_it_is_a_persons_turn() {
        let now = Timestamp::UNIX_EPOCH;
        let pauses: Vec<_> =
            (0..5).map(|made| next_inquiry(made, now).map(|at| at - now)).collect();
        let seconds: Vec<_> = pauses.iter().map(|p| p.map(|p| p.num_seconds())).collect();
        assert_eq!(seconds, [Some(30), Some(120), Some(600), Some(3_600), None]);
    }
}
