//! What the rules of refunds, credits and the treasury can say no to.

use rangkai_primitives::{Id, Money};

use super::{Bill, Credit, DocumentKind, Refund, RefundState};

/// A rule said no. Each variant has one reason in `payments/v1/error_reason.proto`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefundRefusal {
    #[error("another amount is still refundable of bill {bill}")]
    RefundableMismatch { bill: Id<Bill>, refundable: Money },
    #[error("there is not so much money where it would be paid from; there is {instead}")]
    NotCovered { available: Money, instead: &'static str },
    #[error("the claim lacks a document: {}", .kind.as_str())]
    DocumentMissing { refund: Id<Refund>, kind: DocumentKind },
    #[error("refund {refund} is {state}")]
    StateWrong { refund: Id<Refund>, state: RefundState },
    #[error("whoever submitted claim {0} cannot approve it")]
    SamePerson(Id<Refund>),
    #[error("there is no such credit")]
    CreditNotFound,
    #[error("less is left of credit {credit}")]
    CreditNotEnough { credit: Id<Credit>, left: Money },
    #[error("no more can be handed on than is not owed to payers")]
    SweepTooLarge { available: Money },
    #[error("the treasury used {0} for something else")]
    TreasuryReferenceTaken(String),
}
