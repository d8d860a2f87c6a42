//! What an agency owes to payers, to be used for their next bills.

use rangkai_primitives::{Id, Money, Timestamp};
use uuid::Uuid;

use super::{Bill, Occasion, Refund};

/// Money that belongs to a payer: it pays bills, or goes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    pub id: Id<Credit>,
    pub payer: String,
    pub amount: Money,
    /// How much of it was not used yet, in minor units.
    pub left_minor: i64,
    pub source: CreditSource,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
}

/// What became a credit; each thing does so once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreditSource {
    /// What was paid of a bill that ended before all of it was.
    Bill(Id<Bill>),
    /// A refund for the next bill.
    Refund(Id<Refund>),
    /// Money that was in suspense: paid twice, or too much.
    Suspense(Uuid),
}

/// What a credit is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreditUse {
    /// It pays a bill.
    Bill(Id<Bill>),
    /// It goes back to its payer.
    Refund(Id<Refund>),
}

impl Credit {
    /// A fresh credit, all of it unused.
    pub fn grant(
        id: Id<Self>,
        payer: String,
        amount: Money,
        source: CreditSource,
        now: Timestamp,
    ) -> Self {
        let left_minor = amount.minor();
        Self { id, payer, amount, left_minor, source, create_time: now, update_time: now }
    }

    /// How much of it was not used yet.
    pub const fn left(&self) -> Money {
        Money::new(self.amount.currency(), self.left_minor)
    }
}

impl CreditSource {
    /// The source of a kind; none if there is no such kind.
    pub fn of(kind: &str, id: Uuid) -> Option<Self> {
        match kind {
            "bill" => Some(Self::Bill(id.into())),
            "refund" => Some(Self::Refund(id.into())),
            "suspense" => Some(Self::Suspense(id)),
            _ => None,
        }
    }

    /// Its kind in one word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bill(_) => "bill",
            Self::Refund(_) => "refund",
            Self::Suspense(_) => "suspense",
        }
    }

    /// The thing itself.
    pub fn id(self) -> Uuid {
        match self {
            Self::Bill(id) => id.uuid(),
            Self::Refund(id) => id.uuid(),
            Self::Suspense(id) => id,
        }
    }

    /// What the books call it.
    pub const fn occasion(self) -> Occasion {
        match self {
            Self::Bill(_) => Occasion::BillCredited,
            Self::Refund(_) => Occasion::RefundCredited,
            Self::Suspense(_) => Occasion::SuspenseCredited,
        }
    }
}
