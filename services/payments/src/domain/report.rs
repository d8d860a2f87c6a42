//! What a bank reports about orders that it was given in a file.

use rangkai_primitives::Money;

use super::Outcome;

/// A bank's report about a file of orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusReport {
    /// The bank's own name for the report.
    pub id: String,
    /// The file that it is about, by the name that we gave it.
    pub file: String,
    /// How many orders the file had, if the bank says so.
    pub order_count: Option<u64>,
    /// The sum of their amounts, whatever their currencies, if the bank says so: a decimal number
    /// without needless noughts.
    pub sum: Option<String>,
    /// What became of every order of the file that is not named below.
    pub others: Option<Outcome>,
    pub orders: Vec<OrderStatus>,
}

/// What a bank says became of one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderStatus {
    /// What both sides know the order by.
    pub end_to_end: String,
    pub outcome: Outcome,
    /// The amount, if the bank repeats it.
    pub amount: Option<Money>,
}
