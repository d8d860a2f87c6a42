//! Batches that come over the public REST profile, and what was found wrong in them.

use rangkai_db::{RequestIdReused, Tx};
use rangkai_primitives::{Id, Page};
use tracing::instrument;

use super::{envelope, instruction};
use crate::{
    domain::{Envelope, Instruction, InstructionFilter, InstructionState, NewEnvelope},
    error::Error,
    store,
};

/// How many instructions are read at once.
const MANY: u64 = 500;

/// Announces a batch: the cycle of a source that is its own programme. Each batch comes once, whoever
/// brings it, so that no second client of the agency brings the same payments again.
#[instrument(skip_all)]
pub async fn create(tx: &Tx, new: NewEnvelope) -> Result<Id<Envelope>, Error> {
    let (source, batch) = (new.source.clone(), new.cycle.clone());
    let id = envelope::create(tx, new).await?.envelope.id;
    if store::bulk_batch::insert(tx, &source, &batch, id).await? {
        Ok(id)
    } else {
        Err(RequestIdReused.into())
    }
}

/// How many instructions of a batch that came over the public REST profile are invalid, and which,
/// as far as the validation has come; none if no such batch came.
#[instrument(skip_all)]
pub async fn invalid(tx: &Tx, batch: &str) -> Result<Option<(i64, Vec<Instruction>)>, Error> {
    let Some(envelope) = store::bulk_batch::find(tx, batch).await? else { return Ok(None) };
    let count = store::tally::find(tx, envelope).await?.of(InstructionState::Invalid).count;
    let filter = InstructionFilter { state: Some(InstructionState::Invalid), contradicted: false };
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = Page { size: MANY, after };
        let (found, next) = instruction::list(tx, envelope, filter, &page).await?;
        all.extend(found);
        if next.is_none() {
            return Ok(Some((count, all)));
        }
        after = next;
    }
}
