//! How a refusal about payees, funds and envelopes looks on the wire.

use rangkai_primitives::Money;
use rangkai_proto::payments::v1::ErrorReason;
use tonic::{Code, Status};

use crate::domain::EnvelopeRefusal as Refusal;

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        match &refusal {
            Refusal::PayeeNotFound
            | Refusal::PayeeTaken
            | Refusal::AddressTaken
            | Refusal::EnvelopeNotFound
            | Refusal::SamePerson
            | Refusal::InstructionNotFound => no(&refusal, []),
            Refusal::FundsReferenceTaken(reference) | Refusal::InstructionChanged(reference) => {
                no(&refusal, [("reference", reference.clone())])
            }
            Refusal::FundsShort { available, needed } => {
                let minor = |money: &Money| money.minor().to_string();
                let currency = needed.currency().to_string();
                let metadata = [
                    ("available_minor", minor(available)),
                    ("needed_minor", minor(needed)),
                    ("currency_code", currency),
                ];
                no(&refusal, metadata)
            }
            Refusal::EnvelopeState { envelope, state } => {
                no(&refusal, [("envelope_id", envelope.to_string()), ("state", state.to_string())])
            }
            Refusal::ControlMismatch { envelope, declared, received } => {
                let metadata = [
                    ("envelope_id", envelope.to_string()),
                    ("declared_count", declared.count.to_string()),
                    ("received_count", received.count.to_string()),
                    ("declared_minor", declared.minor.to_string()),
                    ("received_minor", received.minor.to_string()),
                ];
                no(&refusal, metadata)
            }
            Refusal::ContentsMismatch(envelope) | Refusal::EnvelopeEmpty(envelope) => {
                no(&refusal, [("envelope_id", envelope.to_string())])
            }
            Refusal::EnvelopeCurrency { envelope, currency } => {
                let envelope = ("envelope_id", envelope.to_string());
                no(&refusal, [envelope, ("currency_code", currency.to_string())])
            }
            Refusal::RetryUnsafe(id) => no(&refusal, [("instruction_id", id.to_string())]),
            Refusal::InstructionState { instruction, state } => {
                let id = ("instruction_id", instruction.to_string());
                no(&refusal, [id, ("state", state.to_string())])
            }
        }
    }
}

fn no<const N: usize>(refusal: &Refusal, metadata: [(&str, String); N]) -> Status {
    super::no(outcome(refusal), metadata, refusal)
}

fn outcome(refusal: &Refusal) -> (Code, ErrorReason) {
    use ErrorReason as Reason;
    match refusal {
        Refusal::PayeeNotFound => (Code::NotFound, Reason::PayeeNotFound),
        Refusal::PayeeTaken => (Code::AlreadyExists, Reason::PayeeTaken),
        Refusal::AddressTaken => (Code::AlreadyExists, Reason::AddressTaken),
        Refusal::FundsReferenceTaken(_) => (Code::AlreadyExists, Reason::FundsReferenceTaken),
        Refusal::FundsShort { .. } => (Code::FailedPrecondition, Reason::FundsShort),
        Refusal::EnvelopeNotFound => (Code::NotFound, Reason::EnvelopeNotFound),
        Refusal::EnvelopeState { .. } => (Code::FailedPrecondition, Reason::EnvelopeState),
        Refusal::ControlMismatch { .. } => (Code::FailedPrecondition, Reason::ControlMismatch),
        Refusal::InstructionChanged(_) => (Code::AlreadyExists, Reason::InstructionChanged),
        Refusal::ContentsMismatch(_) => (Code::Aborted, Reason::ContentsMismatch),
        Refusal::SamePerson => (Code::PermissionDenied, Reason::SamePerson),
        Refusal::EnvelopeEmpty(_) => (Code::FailedPrecondition, Reason::EnvelopeEmpty),
        Refusal::InstructionNotFound => (Code::NotFound, Reason::InstructionNotFound),
        Refusal::RetryUnsafe(_) => (Code::FailedPrecondition, Reason::RetryUnsafe),
        Refusal::InstructionState { .. } => (Code::FailedPrecondition, Reason::InstructionState),
        Refusal::EnvelopeCurrency { .. } => (Code::FailedPrecondition, Reason::EnvelopeCurrency),
    }
}
