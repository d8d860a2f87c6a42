//! Money that comes in to be paid out, and goes back unused.

use std::str::FromStr;

use rangkai_primitives::{Id, Money, Timestamp};

use super::{BankReference, Purpose};

/// Money that came in to be paid out, or went back; never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Funding {
    pub id: Id<Funding>,
    pub direction: FundingDirection,
    pub amount: Money,
    /// The treasury's document.
    pub reference: String,
    /// How the bank names what it did, if that is known.
    pub bank: Option<BankReference>,
    pub create_time: Timestamp,
}

/// Which way the money went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FundingDirection {
    Received,
    Returned,
}

impl Funding {
    /// Whether both say the same of the same document.
    pub fn is(&self, other: &Self) -> bool {
        self.direction == other.direction
            && self.amount == other.amount
            && self.reference == other.reference
            && self.bank == other.bank
    }
}

impl FundingDirection {
    /// What it is among the movements at a bank.
    pub const fn purpose(self) -> Purpose {
        match self {
            Self::Received => Purpose::FundsReceived,
            Self::Returned => Purpose::FundsReturned,
        }
    }

    /// The direction in one word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Returned => "returned",
        }
    }
}

impl FromStr for FundingDirection {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Received, Self::Returned]
            .into_iter()
            .find(|direction| direction.as_str() == text)
            .ok_or("is not a direction")
    }
}
