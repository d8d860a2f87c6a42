//! Statements: what an account held, what came and went, and what it holds.

use rangkai_primitives::Timestamp;

use super::Account;

/// A span of time, from its first moment until just before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub from: Timestamp,
    pub until: Timestamp,
}

/// What an account held, what came and went, and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub account: Account,
    pub opening_minor: i64,
    pub debits_minor: i128,
    pub credits_minor: i128,
    pub closing_minor: i64,
    pub entry_count: i64,
}

impl Period {
    /// A period, which ends after it begins.
    pub fn new(from: Timestamp, until: Timestamp) -> Result<Self, &'static str> {
        if from < until {
            Ok(Self { from, until })
        } else {
            Err("must be later than the beginning")
        }
    }
}

impl Statement {
    /// Whether the entries lead from the opening balance to the closing one.
    pub fn adds_up(&self) -> bool {
        let net = self.debits_minor - self.credits_minor;
        let movement = if self.account.kind.grows_by_debit() { net } else { -net };
        i128::from(self.opening_minor) + movement == i128::from(self.closing_minor)
    }
}
