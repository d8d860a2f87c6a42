//! What two people decide about an instruction that the rail contradicts.

use rangkai_db::Tx;
use rangkai_primitives::Money;
use uuid::Uuid;

use super::settle::conclude;
use crate::{
    domain::{Envelope, Instruction, InstructionState, Occasion, Ruling, Tallies, counted},
    error::Error,
    iso20022::is_retry_safe,
    ops::{self, fund, ledger},
    store,
};

/// Does what the second person's `ruling` says: what is recorded stands, or the contrary is recorded
/// and the books follow. The envelope, which is held, completes if this was all that it waited for.
pub async fn decide(
    tx: &Tx,
    envelope: Envelope,
    instruction: &Instruction,
    ruling: &Ruling,
) -> Result<(), Error> {
    if ruling.corrects() {
        record(tx, &envelope, instruction, ruling).await?;
    } else {
        uphold(tx, &envelope, instruction).await?;
    }
    tx.changed("envelope", envelope.id.uuid());
    let left = store::instruction_doubt::tally(tx, envelope.id).await?;
    let envelope = if left.count == 0 { looked_at(tx, envelope).await? } else { envelope };
    conclude(tx, envelope, false).await?;
    if ruling.corrects() {
        post(tx, ruling.verdict.paid, instruction.amount, ruling.id.uuid()).await?;
    }
    Ok(())
}

/// Records the other end, and moves the payment in the tallies if it counts as something else now.
async fn record(
    tx: &Tx,
    envelope: &Envelope,
    instruction: &Instruction,
    ruling: &Ruling,
) -> Result<(), Error> {
    let mut attempts =
        store::instruction_doubt::attempts(tx, envelope.id, &instruction.reference).await?;
    let before = counted(&attempts);
    let retry_safe = is_retry_safe(&ruling.verdict.evidence);
    let outcome = ruling.verdict.clone().outcome(retry_safe, tx.now());
    let corrected =
        store::instruction_doubt::correct(tx, envelope.id, instruction.id, &outcome).await?;
    for attempt in attempts.iter_mut().filter(|attempt| attempt.id == instruction.id) {
        let paid = ruling.verdict.paid;
        attempt.state = if paid { InstructionState::Paid } else { InstructionState::Failed };
    }
    let (Some(before), Some(after), true) = (before, counted(&attempts), corrected) else {
        return Err(Error::OutOfStep("outcomes"));
    };
    if !ruling.verdict.paid {
        let (order, minor) = (instruction.id.uuid(), instruction.amount.minor());
        ops::reconciliation::came_back(tx, envelope.id, order, minor).await?;
    }
    let mut change = Tallies::default();
    change.go(before, after, instruction.amount.minor());
    Ok(store::tally::update(tx, envelope.id, &change).await?)
}

/// Notes that what is recorded stands. What failed can be given again where its reason says so, as
/// before the rail contradicted it.
async fn uphold(tx: &Tx, envelope: &Envelope, instruction: &Instruction) -> Result<(), Error> {
    let retry_safe = instruction.reason.as_deref().is_some_and(is_retry_safe);
    let upheld =
        store::instruction_doubt::uphold(tx, envelope.id, instruction.id, retry_safe).await?;
    if upheld { Ok(()) } else { Err(Error::OutOfStep("outcomes")) }
}

/// Two people looked at whatever there was to look at.
async fn looked_at(tx: &Tx, envelope: Envelope) -> Result<Envelope, Error> {
    let (_, contradictions) = store::late_answer::count(tx, envelope.id).await?;
    let envelope = envelope.decided(contradictions, tx.now());
    store::envelope::update(tx, &envelope).await?;
    Ok(envelope)
}

/// Posts what was put right. Money that left after all was let go of when the instruction failed, so it
/// takes as much that nobody spoke for; money that came back is there to be paid out again.
async fn post(tx: &Tx, paid: bool, amount: Money, ruling: Uuid) -> Result<(), Error> {
    if !paid {
        return ledger::post(tx, Occasion::PaymentsReturned, amount, ruling).await;
    }
    fund::hold(tx, amount).await?;
    ledger::post(tx, Occasion::PaymentsSettled, amount, ruling).await
}
