//! What the rules of payees, funds and envelopes can say no to.

use rangkai_primitives::{Currency, Id, Money};

use super::{Envelope, Instruction, InstructionState, Tally};

/// A rule said no. Each variant has one reason in `payments/v1/error_reason.proto`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeRefusal {
    #[error("the directory does not know such a payee")]
    PayeeNotFound,
    #[error("the directory knows the payee already")]
    PayeeTaken,
    #[error("the address is another payee's")]
    AddressTaken,
    #[error("the treasury's document {0} was recorded with other content")]
    FundsReferenceTaken(String),
    #[error("there is not so much money to pay out")]
    FundsShort { available: Money, needed: Money },
    #[error("there is no such envelope")]
    EnvelopeNotFound,
    #[error("envelope {envelope} is {state}")]
    EnvelopeState { envelope: Id<Envelope>, state: &'static str },
    #[error("the instructions are not what was announced")]
    ControlMismatch { envelope: Id<Envelope>, declared: Tally, received: Tally },
    #[error("instruction {0} came before with other content")]
    InstructionChanged(String),
    #[error("these are not the contents of envelope {0}")]
    ContentsMismatch(Id<Envelope>),
    #[error("this takes another person")]
    SamePerson,
    #[error("no instruction of envelope {0} is valid")]
    EnvelopeEmpty(Id<Envelope>),
    #[error("there is no such instruction")]
    InstructionNotFound,
    #[error("instruction {0} must not be given again")]
    RetryUnsafe(Id<Instruction>),
    #[error("instruction {instruction} is {state}")]
    InstructionState { instruction: Id<Instruction>, state: InstructionState },
    #[error("envelope {envelope} is in {currency}")]
    EnvelopeCurrency { envelope: Id<Envelope>, currency: Currency },
}
