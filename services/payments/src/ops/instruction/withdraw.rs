//! Ending what was not sent of an envelope that two people stopped.

use rangkai_db::Tx;

use super::settle::{conclude, post};
use crate::{
    domain::{Envelope, InstructionState, Tallies, Tally},
    error::Error,
    events::tell,
    store::{self, progress::Cursor},
};

/// Stops an envelope, which is held: every instruction that was not sent yet fails, in one step
/// however many they are, and what was reserved for them can be paid out again. Where nothing else is on
/// its way, the envelope completes.
pub async fn withdraw(tx: &Tx, envelope: Envelope) -> Result<(), Error> {
    let id = envelope.id;
    let withdrawn = store::tally::find(tx, id).await?.of(InstructionState::Valid);
    let mut change = Tallies::default();
    change.add(InstructionState::Valid, withdrawn.negated());
    change.add(InstructionState::Failed, withdrawn);
    let taken = store::progress::find(tx, id, Cursor::Taken).await?;
    for minor in store::withdrawal::end_given_again(tx, id, taken).await? {
        // An earlier attempt was paid, so that is what the payment counts as.
        change.go(InstructionState::Failed, InstructionState::Paid, minor);
    }
    store::tally::update(tx, id, &change).await?;
    let (_, contradictions) = store::late_answer::count(tx, id).await?;
    let failed = change.of(InstructionState::Failed).count;
    let envelope = envelope.stop(failed, contradictions, tx.now())?;
    store::envelope::update(tx, &envelope).await?;
    tell::envelope_stopped(tx, &envelope, withdrawn).await?;
    conclude(tx, envelope.clone(), false).await?;
    post(tx, &envelope, Tally::default(), withdrawn).await
}
