//! The double-entry ledger: accounts, entries, and which of them an occasion touches.

use std::str::FromStr;

use rangkai_primitives::{Id, Money, Timestamp};
use uuid::Uuid;

/// One account of an agency in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: Id<Account>,
    pub code: AccountCode,
    /// The sum of its entries, on the side on which it grows.
    pub balance: Money,
    pub entry_count: i64,
}

/// What an account holds. The order is that of the names, in which accounts are always locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccountCode {
    /// Money at the collecting banks.
    Bank,
    /// Bills issued and not yet paid.
    Receivable,
    /// Refunds issued and not yet paid.
    RefundsPayable,
    /// Fees of bills.
    Revenue,
}

/// On which side an account grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    Asset,
    Liability,
    Revenue,
}

/// The side of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Debit,
    Credit,
}

/// What moves money between two accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    BillIssued,
    BillPaid,
    BillExpired,
    BillCancelled,
    RefundIssued,
    RefundPaid,
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
    pub occasion: Occasion,
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
        let (debit, credit) = self.occasion.accounts();
        let mut sides = [(debit, Direction::Debit), (credit, Direction::Credit)];
        sides.sort_by_key(|(account, _)| *account);
        sides
    }
}

impl Occasion {
    const ALL: [Self; 6] = [
        Self::BillIssued,
        Self::BillPaid,
        Self::BillExpired,
        Self::BillCancelled,
        Self::RefundIssued,
        Self::RefundPaid,
    ];

    /// The account that is debited, and the one that is credited.
    const fn accounts(self) -> (AccountCode, AccountCode) {
        use AccountCode::{Bank, Receivable, RefundsPayable, Revenue};
        match self {
            Self::BillIssued => (Receivable, Revenue),
            Self::BillPaid => (Bank, Receivable),
            Self::BillExpired | Self::BillCancelled => (Revenue, Receivable),
            Self::RefundIssued => (Revenue, RefundsPayable),
            Self::RefundPaid => (RefundsPayable, Bank),
        }
    }

    /// The name that the books use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BillIssued => "bill.issued",
            Self::BillPaid => "bill.paid",
            Self::BillExpired => "bill.expired",
            Self::BillCancelled => "bill.cancelled",
            Self::RefundIssued => "refund.issued",
            Self::RefundPaid => "refund.paid",
        }
    }
}

impl AccountCode {
    const ALL: [Self; 4] = [Self::Bank, Self::Receivable, Self::RefundsPayable, Self::Revenue];

    /// On which side it grows.
    pub const fn kind(self) -> AccountKind {
        match self {
            Self::Bank | Self::Receivable => AccountKind::Asset,
            Self::RefundsPayable => AccountKind::Liability,
            Self::Revenue => AccountKind::Revenue,
        }
    }

    /// The name that the books use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bank => "bank",
            Self::Receivable => "receivable",
            Self::RefundsPayable => "refunds_payable",
            Self::Revenue => "revenue",
        }
    }

    /// What an entry of `minor` on the side `direction` does to the balance.
    pub const fn change(self, direction: Direction, minor: i64) -> i64 {
        let grows_by_debit = matches!(self.kind(), AccountKind::Asset);
        let is_debit = matches!(direction, Direction::Debit);
        if grows_by_debit == is_debit { minor } else { -minor }
    }
}

impl AccountKind {
    /// The name that the books use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Asset => "asset",
            Self::Liability => "liability",
            Self::Revenue => "revenue",
        }
    }
}

impl Direction {
    /// The name that the books use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Debit => "debit",
            Self::Credit => "credit",
        }
    }
}

impl FromStr for AccountCode {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|code| code.as_str() == text).ok_or("is not an account")
    }
}

impl FromStr for Occasion {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|it| it.as_str() == text).ok_or("is not an occasion")
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
        let mut by_name = AccountCode::ALL;
        by_name.sort_by_key(|code| code.as_str());
        assert_eq!(by_name, AccountCode::ALL);

        for occasion in Occasion::ALL {
            let amount = Money::new(Currency::IDR, 1);
            let sides = Transfer::of(occasion, amount, Uuid::nil()).unwrap().sides();
            assert!(sides[0].0 < sides[1].0, "{occasion:?}");
        }
    }

    #[test]
    fn nothing_moves_nothing() {
        let nothing = Money::new(Currency::IDR, 0);
        assert!(Transfer::of(Occasion::BillIssued, nothing, Uuid::nil()).is_none());
    }
}
