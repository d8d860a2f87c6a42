//! Everything that the rules of payment channels can say no to.

use std::borrow::Cow;

use rangkai_primitives::{Id, Money};

use super::{Collection, CollectionState};

/// A rule of payment channels said no. Each variant has one reason in
/// `payments/v1/error_reason.proto`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChannelRefusal {
    #[error("there is no such collection")]
    NotFound,
    #[error("the agency cannot be paid this way")]
    NotOffered,
    #[error("nobody knows yet whether collection {0} was paid")]
    OutcomeUnknown(Id<Collection>),
    #[error("collection {collection} is {state}; only a person's is resolved by one")]
    NotStuck { collection: Id<Collection>, state: CollectionState },
    #[error("the amount is more than can be paid this way at once")]
    AboveLimit { limit: Money },
    #[error("element {tag} of the code is wrong: {why}")]
    QrMalformed { tag: String, why: &'static str },
    #[error("line {line} of the file: {why}")]
    FileMalformed { line: usize, why: Cow<'static, str> },
    #[error("the file ends before its trailer, in or after line {line}")]
    FileIncomplete { line: usize },
    #[error("the file says {expected} payments and has {found}")]
    FileCountWrong { expected: u64, found: u64 },
    #[error("the file says a total of {expected} and has {found}")]
    FileTotalWrong { expected: i128, found: i128 },
    #[error("the same file was imported before")]
    FileRepeated { import: uuid::Uuid },
    #[error("line {line} of the file: the bank used {number} for another payment")]
    FileReferenceTaken { line: usize, number: String },
}
