//! Collected money that is handed on to the treasury.

use rangkai_primitives::{Id, Money, Timestamp};

/// Money that was handed on; never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sweep {
    pub id: Id<Sweep>,
    pub amount: Money,
    /// The treasury's number for the receipt.
    pub reference: String,
    pub by: String,
    pub create_time: Timestamp,
}
