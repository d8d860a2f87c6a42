//! Asking about orders that nobody answered.

use rangkai_db::Tx;
use rangkai_primitives::{Agency, Id, Money};
use tracing::instrument;
use uuid::Uuid;

use crate::{
    domain::{Envelope, InstructionState, Tallies, next_inquiry},
    error::Error,
    store::{self, batch::Batch},
};

/// How many silent batches one look takes on.
const BATCHES: i64 = 4;

/// An order to ask the rail about; whoever asks hands the answer to `settle`.
#[derive(Clone, Debug)]
pub struct Inquiry {
    pub agency: Agency,
    pub envelope: Id<Envelope>,
    /// The id of the order.
    pub order: Uuid,
    /// What both sides know it by.
    pub end_to_end: String,
    pub amount: Money,
}

/// Takes orders of every agency that it is time to inquire about, each of them once, and counts the
/// inquiry. One whose inquiry brings no answer within a minute is taken again.
///
/// Orders that were taken to be sent and of which nobody spoke become unknown here, and are inquired
/// about from now on.
#[instrument(skip_all)]
pub async fn due_for_inquiry(tx: &Tx, limit: u64) -> Result<Vec<Inquiry>, Error> {
    let mut silent = store::batch::take_due(tx, BATCHES).await?;
    // Everybody holds several envelopes in the order of their ids, and before anything else.
    silent.sort_by_key(|(_, batch)| (batch.envelope.uuid(), batch.first));
    for (agency, batch) in &silent {
        store::envelope::lock(&tx.within(agency.clone()), batch.envelope).await?;
    }
    for (agency, batch) in silent {
        fall_silent(&tx.within(agency), &batch).await?;
    }
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let due = store::inquiry::take_due(tx, limit).await?;
    let inquiry = |due: store::inquiry::Due| Inquiry {
        agency: due.agency,
        envelope: due.envelope,
        order: due.instruction,
        end_to_end: due.instruction.simple().to_string(),
        amount: due.amount,
    };
    Ok(due.into_iter().map(inquiry).collect())
}

async fn fall_silent(tx: &Tx, batch: &Batch) -> Result<(), Error> {
    if store::envelope::lock(tx, batch.envelope).await?.is_none() {
        return Ok(());
    }
    let ends = [batch.first, batch.last];
    let silent = store::instruction::fall_silent(tx, batch.envelope, ends).await?;
    let (mut change, mut inquiries) = (Tallies::default(), Vec::with_capacity(silent.len()));
    for (id, minor) in silent {
        change.go(InstructionState::Sent, InstructionState::Unknown, minor);
        inquiries.extend(next_inquiry(0, tx.now()).map(|at| (id, at)));
    }
    store::inquiry::set(tx, batch.envelope, &inquiries).await?;
    tx.changed("envelope", batch.envelope.uuid());
    Ok(store::tally::update(tx, batch.envelope, &change).await?)
}
