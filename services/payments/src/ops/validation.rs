//! Validating the instructions of envelopes, some thousands at a time.

use rangkai_db::Tx;
use rangkai_primitives::{Agency, Id};
use tracing::instrument;
use uuid::Uuid;

use super::envelope::{self, View};
use crate::{
    domain::{Envelope, EnvelopeRefusal as Refusal, EnvelopeState, InstructionState, Tallies},
    error::Error,
    events::tell,
    store::{self, progress::Cursor},
};

/// Begins to validate an envelope, from its first instruction.
#[instrument(skip_all, fields(envelope.id = %id))]
pub async fn begin(tx: &Tx, id: Id<Envelope>) -> Result<View, Error> {
    let envelope = envelope::lock(tx, id).await?.validate(tx.now())?;
    store::envelope::update(tx, &envelope).await?;
    store::progress::update(tx, id, Cursor::Checked, Uuid::nil()).await?;
    let tallies = store::tally::find(tx, id).await?;
    let mut change = Tallies::default();
    for (state, tally) in tallies.each() {
        change.add(state, tally.negated());
        change.add(InstructionState::Received, tally);
    }
    store::tally::update(tx, id, &change).await?;
    envelope::view(tx, envelope).await
}

/// Envelopes of every agency that are being validated, oldest first.
#[instrument(skip_all)]
pub async fn under_way(tx: &Tx, limit: u64) -> Result<Vec<(Agency, Id<Envelope>)>, Error> {
    Ok(store::envelope::at_work(tx, EnvelopeState::Validating, limit).await?)
}

/// Validates the next `limit` instructions of an envelope; answers whether there may be more.
#[instrument(skip_all, fields(envelope.id = %id))]
pub async fn go_on(tx: &Tx, id: Id<Envelope>, limit: u64) -> Result<bool, Error> {
    let found = store::envelope::find(tx, id).await?.ok_or(Refusal::EnvelopeNotFound)?;
    // Before the envelope, so that two of one cycle never wait for each other both ways.
    store::envelope::lock_cycle(tx, &found.announced.cycle).await?;
    let envelope = envelope::lock(tx, id).await?;
    if envelope.state != EnvelopeState::Validating {
        return Ok(false);
    }
    store::progress::read_in_order(tx).await?;
    let after = store::progress::find(tx, id, Cursor::Checked).await?;
    let last = store::instruction_check::last_of_next(tx, &envelope, after, limit).await?;
    let Some(last) = last else {
        finish(tx, envelope).await?;
        return Ok(false);
    };
    let ends = [after, last];
    let judged = store::instruction_check::judge(tx, &envelope, ends).await?;
    store::instruction_check::update(tx, &envelope, ends, &judged).await?;
    let all = store::instruction_check::tally(tx, &envelope, ends).await?;
    let mut change = Tallies::default();
    change.add(InstructionState::Received, all.negated());
    change.add(InstructionState::Valid, all);
    for judged in judged.iter().filter(|judged| !judged.findings.are_harmless()) {
        change.go(InstructionState::Valid, InstructionState::Invalid, judged.minor);
    }
    store::tally::update(tx, id, &change).await?;
    store::progress::update(tx, id, Cursor::Checked, last).await?;
    Ok(true)
}

async fn finish(tx: &Tx, envelope: Envelope) -> Result<(), Error> {
    let envelope = envelope.validated(tx.now())?;
    store::envelope::update(tx, &envelope).await?;
    let tallies = store::tally::find(tx, envelope.id).await?;
    Ok(tell::envelope_validated(tx, &envelope, &tallies).await?)
}
