//! What people decide about single instructions.

use rangkai_db::Tx;
use rangkai_primitives::Id;
use tracing::instrument;
use uuid::Uuid;

use super::settle;
use crate::{
    domain::{
        Envelope, EnvelopeRefusal as Refusal, EnvelopeState, Instruction, InstructionState,
        Tallies, Verdict,
    },
    error::Error,
    events::tell,
    ops::{self, fund},
    store::{self, progress::Cursor},
};

/// Gives an instruction that failed once more, where the rail said that it is safe and never said since
/// that one of its attempts was paid: as a new order, linked to the old one, with money reserved for it
/// anew.
#[instrument(skip_all, fields(envelope.id = %envelope, instruction.id = %id))]
pub async fn retry(
    tx: &Tx,
    envelope: Id<Envelope>,
    id: Id<Instruction>,
) -> Result<Instruction, Error> {
    use EnvelopeState::{Completed, Paused, Released};
    let (envelope, old) = lock(tx, envelope, id).await?;
    if old.state != InstructionState::Failed || !old.retry_safe || old.replaced_by.is_some() {
        return Err(Refusal::RetryUnsafe(id).into());
    }
    if store::late_answer::contradicted(tx, envelope.id, &old.reference).await? {
        return Err(Refusal::RetryUnsafe(id).into());
    }
    envelope.expect(&[Released, Paused, Completed])?;
    let new = next_id(store::progress::find(tx, envelope.id, Cursor::Taken).await?);
    store::instruction::give_again(tx, envelope.id, id, new).await?;
    let mut change = Tallies::default();
    change.go(InstructionState::Failed, InstructionState::Valid, old.amount.minor());
    store::tally::update(tx, envelope.id, &change).await?;
    let envelope = envelope.reopen(tx.now());
    store::envelope::update(tx, &envelope).await?;
    tx.changed("envelope", envelope.id.uuid());
    tx.changed("instruction", new.uuid());
    let again = store::instruction::find(tx, &envelope, new).await?;
    let again = again.ok_or(Refusal::InstructionNotFound)?;
    tell::instruction_retried(tx, &envelope, &again).await?;
    fund::reserve(tx, old.amount).await?;
    Ok(again)
}

/// The id of a new instruction: after everything that was `taken`, even where another replica's clock
/// is ahead. What comes before that is never taken.
fn next_id(taken: Uuid) -> Id<Instruction> {
    let after = Uuid::from_u128(taken.as_u128().saturating_add(1));
    Id::<Instruction>::generate().uuid().max(after).into()
}

/// Says what became of an order that no inquiry could tell: a first person proposes, a second one
/// who says the same settles it.
#[instrument(skip_all, fields(envelope.id = %envelope, instruction.id = %id))]
pub async fn resolve(
    tx: &Tx,
    envelope: Id<Envelope>,
    id: Id<Instruction>,
    verdict: Verdict,
) -> Result<Instruction, Error> {
    let (envelope, instruction) = lock(tx, envelope, id).await?;
    if instruction.state != InstructionState::NeedsPerson {
        let state = instruction.state;
        return Err(Refusal::InstructionState { instruction: id, state }.into());
    }
    let person = ops::person(tx);
    tx.changed("instruction", id.uuid());
    match store::verdict::find(tx, id).await? {
        Some((said, first)) if first == person && said == verdict => {
            return Err(Refusal::SamePerson.into());
        }
        Some((said, first)) if first != person && said != verdict => {
            return Err(Refusal::ResolutionDiffers(id).into());
        }
        Some((_, first)) if first != person => {
            store::verdict::confirm(tx, id, person).await?;
            tell::instruction_resolved(tx, &envelope, &instruction, verdict.paid).await?;
            let outcome = verdict.outcome(tx.now());
            settle(tx, envelope.id, &[(id.uuid(), outcome)]).await?;
        }
        Some(_) | None => {
            store::verdict::propose(tx, envelope.id, id, &verdict, person).await?;
        }
    }
    let found = store::instruction::find(tx, &envelope, id).await?;
    Ok(found.ok_or(Refusal::InstructionNotFound)?)
}

async fn lock(
    tx: &Tx,
    envelope: Id<Envelope>,
    id: Id<Instruction>,
) -> Result<(Envelope, Instruction), Error> {
    let envelope = store::envelope::lock(tx, envelope).await?.ok_or(Refusal::EnvelopeNotFound)?;
    let instruction = store::instruction::find(tx, &envelope, id).await?;
    Ok((envelope, instruction.ok_or(Refusal::InstructionNotFound)?))
}
