//! The double-entry ledger: accounts, and the transfers and entries that move money between them.

use std::str::FromStr;

use rangkai_primitives::{Id, Money, Timestamp};
use uuid::Uuid;

use super::{AccountCode, AccountKind, Occasion};

/// One account of an agency in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: Id<Account>,
    pub code: AccountCode,
    /// The sum of its entries, on the side on which it grows.
    pub balance: Money,
    pub entry_count: i64,
}

/// The side of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Debit,
    Credit,
}

/// An amount that goes from one account to another.
#[derive(Clone, Copy, Debug)]
pub struct Transfer {
    pub id: Id<Transfer>,
    pub occasion: Occasion,
    /// More than nothing.
    pub amount: Money,
    /// The bill or refund that it is about.
    pub source: Uuid,
}

/// One line of the ledger; never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub id: Id<Entry>,
    pub transfer: Id<Transfer>,
    pub account: AccountCode,
    pub direction: Direction,
    pub amount: Money,
    /// What happened, as the books name it.
    pub description: String,
    pub source: Uuid,
    pub balance_after: Money,
    pub create_time: Timestamp,
}

impl Transfer {
    /// The transfer that an occasion asks for; none when the amount is nothing.
    pub fn of(occasion: Occasion, amount: Money, source: Uuid) -> Option<Self> {
        (amount.minor() != 0).then(|| Self { id: Id::generate(), occasion, amount, source })
    }

    /// The two accounts it touches, each with its side, in the order in which to lock them.
    pub fn sides(&self) -> [(AccountCode, Direction); 2] {
        let (debit, credit, _) = self.occasion.posting();
        let mut sides = [(debit, Direction::Debit), (credit, Direction::Credit)];
        sides.sort_by_key(|(account, _)| account.as_str());
        sides
    }
}

impl Direction {
    /// What an entry of `minor` on this side does to the balance of an account of `kind`.
    pub const fn change(self, kind: AccountKind, minor: i64) -> i64 {
        if kind.grows_by_debit() == matches!(self, Self::Debit) { minor } else { -minor }
    }

    /// The name that the books use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Debit => "debit",
            Self::Credit => "credit",
        }
    }
}

impl FromStr for Direction {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Debit, Self::Credit]
            .into_iter()
            .find(|it| it.as_str() == text)
            .ok_or("is not a side")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rangkai_primitives::Currency;

    #[test]
    fn accounts_are_locked_in_the_order_of_their_names() {
        let amount = Money::new(Currency::IDR, 1);
        let sides = Transfer::of(Occasion::BillCancelled, amount, Uuid::nil()).unwrap().sides();
        assert_eq!(sides.map(|(account, _)| account.as_str()), ["receivable", "revenue"]);
    }

    #[test]
    fn nothing_moves_nothing() {
        let nothing = Money::new(Currency::IDR, 0);
        assert!(Transfer::of(Occasion::BillIssued, nothing, Uuid::nil()).is_none());
    }
}
