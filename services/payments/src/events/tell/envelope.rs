//! Facts about envelopes; none about a person.

use rangkai_db::{DbErr, Tx};
use rangkai_events::record;
use rangkai_primitives::Money;
use rangkai_proto::payments::v1::{
    BatchSettled, EnvelopeApproved, EnvelopeCancelled, EnvelopeCompleted, EnvelopeCreated,
    EnvelopePaused, EnvelopeReleased, EnvelopeResumed, EnvelopeSealed, EnvelopeStopRequested,
    EnvelopeStopped, EnvelopeValidated, InstructionResolved, InstructionRetried,
    InstructionState as Recorded, PauseReason as Why,
};
use uuid::Uuid;

use crate::domain::{Envelope, Instruction, InstructionState, PauseReason, Ruling, Tallies, Tally};

/// A mass payment was announced.
pub async fn envelope_created(tx: &Tx, envelope: &Envelope) -> Result<(), DbErr> {
    let announced = &envelope.announced;
    let fact = EnvelopeCreated {
        envelope_id: envelope.id.to_string(),
        programme: announced.programme.clone(),
        cycle: announced.cycle.clone(),
        instruction_count: announced.count,
        control_total: Some(announced.total.into()),
    };
    record(tx, envelope.id.uuid(), &fact).await
}

/// All instructions are in.
pub async fn envelope_sealed(tx: &Tx, envelope: &Envelope) -> Result<(), DbErr> {
    let fact = EnvelopeSealed { envelope_id: envelope.id.to_string() };
    record(tx, envelope.id.uuid(), &fact).await
}

/// Each instruction was validated.
pub async fn envelope_validated(
    tx: &Tx,
    envelope: &Envelope,
    tallies: &Tallies,
) -> Result<(), DbErr> {
    let (valid, invalid) =
        (tallies.of(InstructionState::Valid), tallies.of(InstructionState::Invalid));
    let fact = EnvelopeValidated {
        envelope_id: envelope.id.to_string(),
        valid_count: valid.count,
        valid_amount: Some(amount(envelope, valid)),
        invalid_count: invalid.count,
        invalid_amount: Some(amount(envelope, invalid)),
    };
    record(tx, envelope.id.uuid(), &fact).await
}

/// Two people approved the contents.
pub async fn envelope_approved(
    tx: &Tx,
    envelope: &Envelope,
    contents_hash: String,
) -> Result<(), DbErr> {
    let fact = EnvelopeApproved { envelope_id: envelope.id.to_string(), contents_hash };
    record(tx, envelope.id.uuid(), &fact).await
}

/// The valid instructions may be sent.
pub async fn envelope_released(tx: &Tx, envelope: &Envelope, valid: Tally) -> Result<(), DbErr> {
    let fact = EnvelopeReleased {
        envelope_id: envelope.id.to_string(),
        valid_count: valid.count,
        valid_amount: Some(amount(envelope, valid)),
    };
    record(tx, envelope.id.uuid(), &fact).await
}

/// Nothing more is sent for now.
pub async fn envelope_paused(tx: &Tx, envelope: &Envelope) -> Result<(), DbErr> {
    let reason = match envelope.pause_reason {
        None => Why::Unspecified,
        Some(PauseReason::Asked) => Why::Asked,
        Some(PauseReason::Failures) => Why::Failures,
        Some(PauseReason::Sums) => Why::Sums,
        Some(PauseReason::Contradiction) => Why::Contradiction,
    };
    let fact = EnvelopePaused { envelope_id: envelope.id.to_string(), reason: reason.into() };
    record(tx, envelope.id.uuid(), &fact).await
}

/// A first person wants it to be stopped.
pub async fn envelope_stop_requested(tx: &Tx, envelope: &Envelope) -> Result<(), DbErr> {
    let fact = EnvelopeStopRequested { envelope_id: envelope.id.to_string() };
    record(tx, envelope.id.uuid(), &fact).await
}

/// Two people stopped it.
pub async fn envelope_stopped(tx: &Tx, envelope: &Envelope, withdrawn: Tally) -> Result<(), DbErr> {
    let fact = EnvelopeStopped {
        envelope_id: envelope.id.to_string(),
        withdrawn_count: withdrawn.count,
        withdrawn_amount: Some(amount(envelope, withdrawn)),
    };
    record(tx, envelope.id.uuid(), &fact).await
}

/// It goes on.
pub async fn envelope_resumed(tx: &Tx, envelope: &Envelope) -> Result<(), DbErr> {
    let fact = EnvelopeResumed { envelope_id: envelope.id.to_string() };
    record(tx, envelope.id.uuid(), &fact).await
}

/// Nothing is on its way any more.
pub async fn envelope_completed(
    tx: &Tx,
    envelope: &Envelope,
    tallies: &Tallies,
) -> Result<(), DbErr> {
    let (paid, failed) = (tallies.of(InstructionState::Paid), tallies.of(InstructionState::Failed));
    let fact = EnvelopeCompleted {
        envelope_id: envelope.id.to_string(),
        paid_count: paid.count,
        paid_amount: Some(amount(envelope, paid)),
        failed_count: failed.count,
        failed_amount: Some(amount(envelope, failed)),
    };
    record(tx, envelope.id.uuid(), &fact).await
}

/// It was withdrawn.
pub async fn envelope_cancelled(tx: &Tx, envelope: &Envelope) -> Result<(), DbErr> {
    let fact = EnvelopeCancelled { envelope_id: envelope.id.to_string() };
    record(tx, envelope.id.uuid(), &fact).await
}

/// Outcomes were recorded together.
pub async fn batch_settled(
    tx: &Tx,
    envelope: &Envelope,
    settlement: Uuid,
    [paid, failed]: [Tally; 2],
) -> Result<(), DbErr> {
    let fact = BatchSettled {
        envelope_id: envelope.id.to_string(),
        settlement_id: settlement.to_string(),
        paid_count: paid.count,
        paid_amount: Some(amount(envelope, paid)),
        failed_count: failed.count,
        failed_amount: Some(amount(envelope, failed)),
    };
    record(tx, envelope.id.uuid(), &fact).await
}

/// An instruction is given again.
pub async fn instruction_retried(
    tx: &Tx,
    envelope: &Envelope,
    new: &Instruction,
) -> Result<(), DbErr> {
    let fact = InstructionRetried {
        envelope_id: envelope.id.to_string(),
        instruction_id: new.id.to_string(),
        retry_of: new.retry_of.map(|old| old.to_string()).unwrap_or_default(),
    };
    record(tx, new.id.uuid(), &fact).await
}

/// Two people said what became of an instruction.
pub async fn instruction_resolved(
    tx: &Tx,
    envelope: &Envelope,
    instruction: &Instruction,
    ruling: &Ruling,
) -> Result<(), DbErr> {
    let recorded = match ruling.recorded {
        InstructionState::Paid => Recorded::Paid,
        InstructionState::Failed => Recorded::Failed,
        InstructionState::Received
        | InstructionState::Valid
        | InstructionState::Invalid
        | InstructionState::Sent
        | InstructionState::Unknown
        | InstructionState::NeedsPerson => Recorded::NeedsPerson,
    };
    let fact = InstructionResolved {
        envelope_id: envelope.id.to_string(),
        instruction_id: instruction.id.to_string(),
        paid: ruling.verdict.paid,
        recorded: recorded.into(),
        amount: Some(instruction.amount.into()),
        ruling_id: ruling.id.to_string(),
    };
    record(tx, instruction.id.uuid(), &fact).await
}

fn amount(envelope: &Envelope, tally: Tally) -> rangkai_proto::r#type::v1::Money {
    Money::new(envelope.announced.total.currency(), tally.minor).into()
}
