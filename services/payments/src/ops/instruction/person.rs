//! What people decide about single instructions.

use rangkai_db::Tx;
use rangkai_primitives::Id;
use tracing::instrument;
use uuid::Uuid;

use super::{correct::decide, settle};
use crate::{
    domain::{
        Envelope, EnvelopeRefusal as Refusal, EnvelopeState, Instruction, InstructionState, Ruling,
        Tallies, Verdict, may_be_paid,
    },
    error::Error,
    events::tell,
    ops::{self, fund},
    store::{self, progress::Cursor},
};

/// Gives an instruction that failed once more, where the rail said that it is safe and none of its
/// attempts was paid, or was so as the rail says, and no other envelope of the cycle pays the person
/// instead: as a new order, linked to the old one, with money reserved for it anew.
#[instrument(skip_all, fields(envelope.id = %envelope, instruction.id = %id))]
pub async fn retry(
    tx: &Tx,
    envelope: Id<Envelope>,
    id: Id<Instruction>,
) -> Result<Instruction, Error> {
    use EnvelopeState::{Completed, Paused, Released};
    let found = store::envelope::find(tx, envelope).await?.ok_or(Refusal::EnvelopeNotFound)?;
    // Before the envelope, as whoever validates one of the cycle does.
    store::envelope::lock_cycle(tx, &found.announced.cycle).await?;
    let (envelope, old) = lock(tx, envelope, id).await?;
    if old.state != InstructionState::Failed || !old.retry_safe || old.replaced_by.is_some() {
        return Err(Refusal::RetryUnsafe(id).into());
    }
    let attempts = store::instruction_doubt::attempts(tx, envelope.id, &old.reference).await?;
    let paid_elsewhere = store::instruction_check::is_excluded(tx, &envelope, id).await?;
    if may_be_paid(&attempts) || paid_elsewhere {
        return Err(Refusal::RetryUnsafe(id).into());
    }
    envelope.expect(&[Released, Paused, Completed])?;
    let new = next_id(store::progress::find(tx, envelope.id, Cursor::Taken).await?);
    store::instruction::give_again(tx, envelope.id, id, new).await?;
    let mut change = Tallies::default();
    change.go(InstructionState::Failed, InstructionState::Valid, old.amount.minor());
    store::tally::update(tx, envelope.id, &change).await?;
    if envelope.state == Completed {
        // It goes on, so nobody confirms what was said of it before.
        store::stop::lapse(tx, envelope.id).await?;
    }
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

/// Says what became of an order that no inquiry could tell, or what is true of one whose end the rail
/// contradicts: a first person proposes, a second one who says the same settles it, and one who says
/// otherwise proposes that instead. Everything that is said is kept.
#[instrument(skip_all, fields(envelope.id = %envelope, instruction.id = %id))]
pub async fn resolve(
    tx: &Tx,
    envelope: Id<Envelope>,
    id: Id<Instruction>,
    verdict: Verdict,
) -> Result<(Instruction, Ruling), Error> {
    let (envelope, instruction) = lock(tx, envelope, id).await?;
    let earlier = store::ruling::list(tx, id).await?;
    let ruling = Ruling::say(&instruction, &earlier, verdict, ops::person(tx), tx.now())?;
    store::ruling::insert(tx, envelope.id, id, &ruling).await?;
    tx.changed("instruction", id.uuid());
    if ruling.confirms {
        tell::instruction_resolved(tx, &envelope, &instruction, &ruling).await?;
        if instruction.contradicted {
            decide(tx, envelope.clone(), &instruction, &ruling).await?;
        } else {
            // What people found to have failed can be given again.
            let outcome = ruling.verdict.clone().outcome(true, tx.now());
            settle(tx, envelope.id, &[(id.uuid(), outcome)]).await?;
        }
    }
    let found = store::instruction::find(tx, &envelope, id).await?;
    Ok((found.ok_or(Refusal::InstructionNotFound)?, ruling))
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
