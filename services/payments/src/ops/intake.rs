//! Taking instructions into an envelope.

use std::collections::HashMap;

use rangkai_db::Tx;
use rangkai_primitives::Id;
use tracing::instrument;

use super::envelope;
use crate::{
    domain::{
        Envelope, EnvelopeRefusal as Refusal, EnvelopeState, InstructionState, NewInstruction,
        Tallies, Tally,
    },
    error::Error,
    store::{self, instruction_intake::Kept},
};

/// What an envelope holds after a batch came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// How many instructions of the batch were new.
    pub added: i64,
    /// All that are in.
    pub received: Tally,
}

/// Adds a batch of instructions to an open envelope; those that are in already are passed over if
/// they say the same. All of it or nothing is kept.
#[instrument(skip_all, fields(envelope.id = %id, instructions = new.len()))]
pub async fn add(tx: &Tx, id: Id<Envelope>, new: &[NewInstruction]) -> Result<Taken, Error> {
    let found = store::envelope::find(tx, id).await?.ok_or(Refusal::EnvelopeNotFound)?;
    found.expect(&[EnvelopeState::Open])?;
    let currency = found.announced.total.currency();
    if new.iter().any(|new| new.amount.currency() != currency) {
        return Err(Refusal::CurrencyMismatch { envelope: id, currency }.into());
    }
    // The slow part, before anybody is kept waiting.
    let kept = distinct(store::instruction_intake::prepare(tx, id, new).await?)?;
    let mut envelope = envelope::lock(tx, id).await?;
    envelope.expect(&[EnvelopeState::Open])?;
    let fresh = insert(tx, id, kept).await?;
    let mut change = Tallies::default();
    for kept in &fresh {
        envelope.contents.add(&kept.digest);
        change.add(InstructionState::Received, Tally { count: 1, minor: kept.minor });
    }
    let added = change.of(InstructionState::Received);
    let before = store::tally::find(tx, id).await?.of(InstructionState::Received);
    let received = before.plus(added);
    envelope.expect_room(received)?;
    if added.count > 0 {
        envelope.update_time = tx.now();
        store::envelope::update(tx, &envelope).await?;
        store::tally::update(tx, id, &change).await?;
    }
    Ok(Taken { added: added.count, received })
}

/// Keeps those that are not in yet; answers which.
async fn insert(tx: &Tx, id: Id<Envelope>, kept: Vec<Kept>) -> Result<Vec<Kept>, Error> {
    let inserted = store::instruction_intake::insert(tx, id, &kept).await?;
    if usize::try_from(inserted) == Ok(kept.len()) {
        return Ok(kept);
    }
    let there = store::instruction_intake::earlier(tx, id, &kept).await?;
    let there: HashMap<_, _> =
        there.into_iter().map(|(reference, id, digest)| (reference, (id, digest))).collect();
    let mut fresh = Vec::new();
    for kept in kept {
        match there.get(&kept.reference) {
            Some((id, _)) if *id == kept.id => fresh.push(kept),
            Some((_, digest)) if *digest == kept.digest => {}
            Some(_) | None => return Err(Refusal::InstructionChanged(kept.reference).into()),
        }
    }
    Ok(fresh)
}

/// Passes over what one batch says twice.
fn distinct(kept: Vec<Kept>) -> Result<Vec<Kept>, Refusal> {
    let mut seen: HashMap<String, [u8; 32]> = HashMap::with_capacity(kept.len());
    let mut left = Vec::with_capacity(kept.len());
    for kept in kept {
        match seen.get(&kept.reference) {
            None => {
                seen.insert(kept.reference.clone(), kept.digest);
                left.push(kept);
            }
            Some(digest) if *digest == kept.digest => {}
            Some(_) => return Err(Refusal::InstructionChanged(kept.reference)),
        }
    }
    Ok(left)
}
