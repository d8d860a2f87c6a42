//! Money that goes back.

use std::{fmt, str::FromStr};

use rangkai_primitives::{Id, Money, Sensitive, Timestamp};
use uuid::Uuid;

use super::{BankReference, Bill, Refusal};

/// Money of a paid bill that goes back to its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    pub id: Id<Refund>,
    pub bill: Id<Bill>,
    pub case: Uuid,
    pub amount: Money,
    /// Written by an officer, so it may speak of a person.
    pub reason: Sensitive<String>,
    pub state: RefundState,
    /// How the bank names the payment, once it made it.
    pub reference: Option<BankReference>,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
}

/// What an agency says to issue a refund; holding one means that it was checked.
#[derive(Clone, Debug)]
pub struct NewRefund {
    pub bill: Id<Bill>,
    /// None means all that is left.
    pub amount: Option<Money>,
    pub reason: Sensitive<String>,
}

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundState {
    Issued,
    Paid,
}

impl Refund {
    /// A fresh refund of `amount` of `bill`.
    pub fn issue(
        id: Id<Self>,
        bill: &Bill,
        amount: Money,
        reason: Sensitive<String>,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            bill: bill.id,
            case: bill.case,
            amount,
            reason,
            state: RefundState::Issued,
            reference: None,
            create_time: now,
            update_time: now,
        }
    }

    /// The refund after the bank paid it.
    pub fn pay(self, reference: BankReference, now: Timestamp) -> Result<Self, Refusal> {
        match self.state {
            RefundState::Issued => Ok(Self {
                state: RefundState::Paid,
                reference: Some(reference),
                update_time: now,
                ..self
            }),
            RefundState::Paid => Err(Refusal::RefundAlreadyPaid(self.id)),
        }
    }
}

impl RefundState {
    /// The state in one word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Paid => "paid",
        }
    }
}

impl FromStr for RefundState {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Issued, Self::Paid]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or("is not a state of a refund")
    }
}

impl fmt::Display for RefundState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
