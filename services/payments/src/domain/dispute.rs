//! Payments that a payer or a bank disputes.

use std::str::FromStr;

use rangkai_primitives::{Id, Money, Timestamp};
use uuid::Uuid;

use super::{BankReference, Bill, ReconciliationRefusal};

/// A paid bill whose money is wanted back through the bank; held until the bank decides.
#[derive(Clone, Debug)]
pub struct Dispute {
    pub id: Id<Dispute>,
    pub bill: Id<Bill>,
    pub case: Uuid,
    pub amount: Money,
    pub reason: DisputeReason,
    pub bank_code: String,
    pub bank_case: String,
    /// The bank's number of taking the money back; empty unless the dispute was lost and it is known.
    pub bank_reference: String,
    /// References of documents.
    pub evidence: Vec<String>,
    pub state: DisputeState,
    pub opened_by: String,
    /// Empty until it ends.
    pub ended_by: String,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
}

/// What a bank says to dispute a payment.
#[derive(Clone, Debug)]
pub struct NewDispute {
    pub bill: Id<Bill>,
    /// All that is still refundable, if it does not say.
    pub amount: Option<Money>,
    pub reason: DisputeReason,
    pub bank_code: String,
    pub bank_case: String,
}

/// How a bank decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DisputeEnd {
    /// The agency keeps the money.
    Won,
    /// The money went back, under a number of the bank if that is known.
    Lost(Option<String>),
}

/// Why a payment is disputed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisputeReason {
    NotAuthorised,
    Duplicate,
    NotProvided,
    WrongAmount,
    Other,
}

/// Where a dispute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisputeState {
    Open,
    Answered,
    Won,
    Lost,
}

impl Dispute {
    /// A fresh dispute about `amount` of a bill.
    pub fn open(new: NewDispute, bill: &Bill, amount: Money, by: &str, now: Timestamp) -> Self {
        Self {
            id: Id::generate(),
            bill: bill.id,
            case: bill.case,
            amount,
            reason: new.reason,
            bank_code: new.bank_code,
            bank_case: new.bank_case,
            bank_reference: String::new(),
            evidence: Vec::new(),
            state: DisputeState::Open,
            opened_by: by.to_owned(),
            ended_by: String::new(),
            create_time: now,
            update_time: now,
        }
    }

    /// The dispute after the agency sent more evidence.
    pub fn answer(
        self,
        evidence: Vec<String>,
        now: Timestamp,
    ) -> Result<Self, ReconciliationRefusal> {
        let mut open = self.still_open()?;
        open.evidence.extend(evidence);
        Ok(Self { state: DisputeState::Answered, update_time: now, ..open })
    }

    /// The dispute after the bank decided, as another person than its opener records.
    pub fn end(
        self,
        end: DisputeEnd,
        by: &str,
        now: Timestamp,
    ) -> Result<Self, ReconciliationRefusal> {
        let open = self.still_open()?;
        if open.opened_by == by {
            return Err(ReconciliationRefusal::SamePerson);
        }
        let (state, bank_reference) = match end {
            DisputeEnd::Won => (DisputeState::Won, String::new()),
            DisputeEnd::Lost(number) => (DisputeState::Lost, number.unwrap_or_default()),
        };
        Ok(Self { state, bank_reference, ended_by: by.to_owned(), update_time: now, ..open })
    }

    /// The bank's number of taking the money back, if it is known.
    pub fn number(&self) -> Option<BankReference> {
        let (bank_code, number) = (self.bank_code.clone(), self.bank_reference.clone());
        (!number.is_empty()).then_some(BankReference { bank_code, number })
    }

    fn still_open(self) -> Result<Self, ReconciliationRefusal> {
        match self.state {
            DisputeState::Open | DisputeState::Answered => Ok(self),
            DisputeState::Won | DisputeState::Lost => {
                Err(ReconciliationRefusal::DisputeEnded { dispute: self.id, state: self.state })
            }
        }
    }
}

impl DisputeReason {
    /// The name that the tables use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotAuthorised => "not_authorised",
            Self::Duplicate => "duplicate",
            Self::NotProvided => "not_provided",
            Self::WrongAmount => "wrong_amount",
            Self::Other => "other",
        }
    }
}

impl FromStr for DisputeReason {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::NotAuthorised, Self::Duplicate, Self::NotProvided, Self::WrongAmount, Self::Other]
            .into_iter()
            .find(|it| it.as_str() == text)
            .ok_or("is not a reason of a dispute")
    }
}

impl DisputeState {
    /// The name that the tables use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered => "answered",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }
}

impl FromStr for DisputeState {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Open, Self::Answered, Self::Won, Self::Lost]
            .into_iter()
            .find(|it| it.as_str() == text)
            .ok_or("is not a state of a dispute")
    }
}
