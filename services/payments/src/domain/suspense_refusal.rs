//! Everything that the rules of suspense can say no to.

use rangkai_primitives::{Id, Money};

use super::{Bill, SuspenseItem, SuspenseState};

/// A rule of suspense said no. Each variant has one reason in `payments/v1/error_reason.proto`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SuspenseRefusal {
    #[error("there is no such item in suspense")]
    NotFound,
    #[error("item {item} is {state}")]
    StateWrong { item: Id<SuspenseItem>, state: SuspenseState },
    #[error("whoever proposed what is to become of item {0} cannot be the second person")]
    SamePerson(Id<SuspenseItem>),
    #[error("the item cannot pay bill {bill}")]
    DoesNotFit { bill: Id<Bill>, expected: Money },
    #[error("nobody is known whose credit item {0} could become")]
    PayerUnknown(Id<SuspenseItem>),
}
