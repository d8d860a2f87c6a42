//! Taking orders that are to be sent.

use rangkai_db::Tx;
use rangkai_primitives::{Agency, Id};
use tracing::instrument;
use uuid::Uuid;

use super::settle::{Settling, close};
use crate::{
    domain::{Envelope, EnvelopeState, InstructionState, Order, Outcome, SILENCE, Tally},
    error::Error,
    store::{self, batch::Batch, order::Next, progress::Cursor},
};

/// Why an instruction fails whose payee was linked anew or unlinked since it was validated. It is never
/// given again: that would pay an address that nobody approved. A new envelope, with approvals of its
/// own, pays that person.
const PAYEE_CHANGED: &str = "PAYEE_CHANGED";

/// Why a further attempt fails of which an earlier one was paid after all, as the rail or two people say.
const PAID_BEFORE: &str = "PAID_BEFORE";

/// Released envelopes of every agency that have something to send, oldest first.
#[instrument(skip_all)]
pub async fn released(tx: &Tx, limit: u64) -> Result<Vec<(Agency, Id<Envelope>)>, Error> {
    Ok(store::envelope::at_work(tx, EnvelopeState::Released, limit).await?)
}

/// Takes the next orders of a released envelope of the agency of `tx`, at most `limit`: each one
/// once, whoever else takes at the same time. From here on each of them is sent, whether the rail
/// gets it or not: one of which nobody speaks is asked about after [`SILENCE`], so take no more than
/// can be handed over in that time. None when the envelope is not released or has nothing left.
///
/// An order whose payee changed since the validation is not sent, but fails; so does a further attempt
/// at what was paid after all, as the rail or two people say.
#[instrument(skip_all, fields(envelope.id = %id))]
pub async fn take(tx: &Tx, id: Id<Envelope>, limit: u64) -> Result<Vec<Order>, Error> {
    loop {
        let Some(envelope) = store::envelope::lock(tx, id).await? else { return Ok(Vec::new()) };
        if envelope.state != EnvelopeState::Released {
            return Ok(Vec::new());
        }
        store::progress::read_in_order(tx).await?;
        let after = store::progress::find(tx, id, Cursor::Taken).await?;
        let next = store::order::next(tx, &envelope, after, limit).await?;
        let Some(last) = next.last else { return Ok(Vec::new()) };
        tx.changed("envelope", id.uuid());
        store::progress::update(tx, id, Cursor::Taken, last).await?;
        if [&next.changed, &next.doubtful, &next.paid_before].iter().any(|it| !it.is_empty()) {
            fail(tx, envelope.clone(), &next).await?;
        }
        if !next.orders.is_empty() {
            send(tx, &envelope, last, &next.orders).await?;
            return Ok(next.orders);
        }
    }
}

/// Notes that `orders`, all that were still valid up to `last`, are on their way: that the cursor
/// passed them is what makes them so.
async fn send(tx: &Tx, envelope: &Envelope, last: Uuid, orders: &[Order]) -> Result<(), Error> {
    let tally = orders.iter().fold(Tally::default(), |sum, order| {
        sum.plus(Tally { count: 1, minor: order.amount.minor() })
    });
    let mut change = crate::domain::Tallies::default();
    change.add(InstructionState::Valid, tally.negated());
    change.add(InstructionState::Sent, tally);
    store::tally::update(tx, envelope.id, &change).await?;
    let first = orders.first().map_or(last, |order| order.id);
    let batch = Batch { id: Uuid::now_v7(), envelope: envelope.id, first, last };
    Ok(store::batch::insert(tx, &batch, tally, tx.now() + SILENCE).await?)
}

/// Brings instructions that must not be sent to their end.
async fn fail(tx: &Tx, envelope: Envelope, next: &Next) -> Result<(), Error> {
    let failed = |why: &str, retry_safe| Outcome::Failed { reason: why.to_owned(), retry_safe };
    // Should two people say that it was not paid before, it can be given again; until then it cannot.
    let (changed, paid) = (failed(PAYEE_CHANGED, false), failed(PAID_BEFORE, true));
    let mut settling = Settling::default();
    let stopped = [
        (&next.changed, &changed, false),
        (&next.doubtful, &paid, false),
        (&next.paid_before, &paid, true),
    ];
    for (stopped, outcome, paid_before) in stopped {
        for (id, minor) in stopped {
            settling.end(*id, (InstructionState::Valid, paid_before), outcome, *minor);
        }
    }
    close(tx, envelope, settling).await.map(drop)
}
