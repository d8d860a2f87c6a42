//! Files of payments that banks handed in.

use chrono::NaiveDate;
use rangkai_primitives::{Id, Money};

/// A file that was imported, and what became of its payments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    pub id: Id<Import>,
    /// SHA-256 of the file.
    pub hash: [u8; 32],
    pub bank_code: String,
    pub day: NaiveDate,
    pub count: usize,
    pub total: Money,
    /// How many were reported before.
    pub known: usize,
    pub paid: usize,
    pub credited: usize,
    pub suspended: usize,
}
