//! Asking about orders that nobody answered.

use std::time::Duration;

use rangkai_db::Tx;
use rangkai_primitives::{Agency, Id, Money, Timestamp};
use tracing::instrument;
use uuid::Uuid;

use crate::{
    domain::{Envelope, InstructionState, Tallies, next_inquiry},
    error::Error,
    store,
};

/// How long a batch is left alone that could not fall silent.
const LATER: Duration = Duration::from_mins(1);

/// Orders that were taken together to be sent, and of some of which nobody spoke in time.
#[derive(Clone, Debug)]
pub struct Silent {
    pub agency: Agency,
    /// Since when it is due.
    pub time: Timestamp,
    /// The id of the batch.
    pub batch: Uuid,
    pub envelope: Id<Envelope>,
}

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

/// Finds batches of every agency of whose orders nobody spoke in time, from `after` on.
#[instrument(skip_all)]
pub async fn silent(
    tx: &Tx,
    after: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<Silent>, Error> {
    let found = store::batch::due(tx, after, limit).await?.into_iter();
    let silent = |due: store::batch::Due| Silent {
        agency: due.agency,
        time: due.time,
        batch: due.id,
        envelope: due.envelope,
    };
    Ok(found.map(silent).collect())
}

/// Takes a batch on, if that is still due: its orders of which nobody spoke become unknown, and are
/// inquired about from now on.
#[instrument(skip_all, fields(envelope.id = %envelope, batch.id = %batch))]
pub async fn fall_silent(tx: &Tx, envelope: Id<Envelope>, batch: Uuid) -> Result<(), Error> {
    // Everybody holds an envelope before anything of it.
    let held = store::envelope::lock(tx, envelope).await?;
    let Some(ends) = store::batch::take(tx, batch).await?.filter(|_| held.is_some()) else {
        return Ok(());
    };
    let silent = store::instruction::fall_silent(tx, envelope, ends).await?;
    let (mut change, mut inquiries) = (Tallies::default(), Vec::with_capacity(silent.len()));
    for (id, minor) in silent {
        change.go(InstructionState::Sent, InstructionState::Unknown, minor);
        inquiries.extend(next_inquiry(0, tx.now()).map(|at| (id, at)));
    }
    store::inquiry::set(tx, envelope, &inquiries).await?;
    tx.changed("envelope", envelope.uuid());
    Ok(store::tally::update(tx, envelope, &change).await?)
}

/// Leaves a batch that could not fall silent alone for a while.
#[instrument(skip_all, fields(batch.id = %batch))]
pub async fn put_off(tx: &Tx, batch: Uuid) -> Result<(), Error> {
    Ok(store::batch::put_off(tx, batch, tx.now() + LATER).await?)
}

/// Takes orders of every agency that it is time to inquire about, each of them once, and counts the
/// inquiry. One whose inquiry brings no answer within a minute is taken again.
#[instrument(skip_all)]
pub async fn due_for_inquiry(tx: &Tx, limit: u64) -> Result<Vec<Inquiry>, Error> {
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
