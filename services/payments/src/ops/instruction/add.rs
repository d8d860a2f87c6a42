//! Taking instructions into an envelope.

use std::collections::{HashMap, HashSet};

use rangkai_db::Tx;
use rangkai_primitives::{Currency, Id};
use tracing::instrument;

use crate::{
    domain::{
        Envelope, EnvelopeRefusal as Refusal, EnvelopeState, InstructionState, NewInstruction,
        Tallies, Tally,
    },
    error::Error,
    ops::envelope,
    store::{
        self,
        instruction_intake::{Kept, Keys},
    },
};

/// What it takes to make instructions ready for an envelope.
#[derive(Debug)]
pub struct Intake {
    envelope: Id<Envelope>,
    currency: Currency,
    keys: Keys,
}

/// A batch that is ready to be added.
#[derive(Debug)]
pub struct Ready {
    envelope: Id<Envelope>,
    kept: Vec<Kept>,
}

/// What an envelope holds after a batch came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// How many instructions of the batch were new.
    pub added: i64,
    /// All that are in.
    pub received: Tally,
}

/// Opens the intake of an open envelope.
#[instrument(skip_all, fields(envelope.id = %id))]
pub async fn intake(tx: &Tx, id: Id<Envelope>) -> Result<Intake, Error> {
    let found = store::envelope::find(tx, id).await?.ok_or(Refusal::EnvelopeNotFound)?;
    found.expect(&[EnvelopeState::Open])?;
    let keys = Keys::of(tx, id).await?;
    Ok(Intake { envelope: id, currency: found.announced.total.currency(), keys })
}

impl Intake {
    /// Makes a batch ready. That takes a while: nobody waits for it but whoever sent the batch, and
    /// the batch before may be written meanwhile.
    pub fn ready(&self, new: Vec<NewInstruction>) -> Result<Ready, Error> {
        let (envelope, currency) = (self.envelope, self.currency);
        if new.iter().any(|new| new.amount.currency() != currency) {
            return Err(Refusal::EnvelopeCurrency { envelope, currency }.into());
        }
        Ok(Ready { envelope, kept: distinct(self.keys.keep(new)?)? })
    }
}

/// Adds a batch of instructions to an open envelope; those that are in already are passed over if
/// they say the same. All of it or nothing is kept.
#[instrument(skip_all, fields(envelope.id = %ready.envelope, instructions = ready.kept.len()))]
pub async fn add(tx: &Tx, ready: &Ready) -> Result<Taken, Error> {
    let id = ready.envelope;
    let mut envelope = envelope::lock(tx, id).await?;
    envelope.expect(&[EnvelopeState::Open])?;
    let mut change = Tallies::default();
    for kept in insert(tx, id, &ready.kept).await? {
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
async fn insert<'a>(tx: &Tx, id: Id<Envelope>, kept: &'a [Kept]) -> Result<Vec<&'a Kept>, Error> {
    let inserted = store::instruction_intake::insert(tx, id, kept).await?;
    if usize::try_from(inserted) == Ok(kept.len()) {
        return Ok(kept.iter().collect());
    }
    let there = store::instruction_intake::earlier(tx, id, kept).await?;
    let there: HashMap<_, _> =
        there.into_iter().map(|(reference, id, digest)| (reference, (id, digest))).collect();
    let mut fresh = Vec::new();
    for kept in kept {
        match there.get(&kept.reference) {
            Some((id, _)) if *id == kept.id => fresh.push(kept),
            Some((_, digest)) if *digest == kept.digest => {}
            Some(_) | None => {
                return Err(Refusal::InstructionChanged(kept.reference.clone()).into());
            }
        }
    }
    Ok(fresh)
}

/// Passes over what one batch says twice.
fn distinct(kept: Vec<Kept>) -> Result<Vec<Kept>, Refusal> {
    let mut seen: HashMap<&str, &[u8; 32]> = HashMap::with_capacity(kept.len());
    for kept in &kept {
        if *seen.entry(&kept.reference).or_insert(&kept.digest) != &kept.digest {
            return Err(Refusal::InstructionChanged(kept.reference.clone()));
        }
    }
    if seen.len() == kept.len() {
        return Ok(kept);
    }
    let mut seen = HashSet::new();
    Ok(kept.into_iter().filter(|kept| seen.insert(kept.reference.clone())).collect())
}
