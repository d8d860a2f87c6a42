//! What becomes of bills and parts that are not paid in time.

use rangkai_db::Tx;
use rangkai_primitives::{Agency, Id, Timestamp};
use tracing::instrument;

use super::{collection, credit, ledger};
use crate::{
    domain::{Bill, BillState, CreditSource, LatePart, Occasion, Part, PartState},
    error::Error,
    events::tell,
    store,
};

/// Bills of every agency that are due, from `after` on.
#[instrument(skip_all)]
pub async fn due(
    tx: &Tx,
    after: Option<(Timestamp, Id<Bill>)>,
    limit: u64,
) -> Result<Vec<(Agency, Timestamp, Id<Bill>)>, Error> {
    Ok(store::bill::due(tx, after, limit).await?)
}

/// Expires a bill if it is still due; not while somebody else holds it, who may be about to pay it,
/// and not while nobody knows whether a collection of it was paid.
#[instrument(skip_all, fields(bill.id = %id))]
pub async fn expire_if_due(tx: &Tx, id: Id<Bill>) -> Result<bool, Error> {
    let bill = store::bill::lock_if_free(tx, id).await?;
    match bill.filter(|bill| bill.is_due(tx.now())) {
        Some(bill) if !is_held(tx, &bill).await? => expire(tx, bill).await.map(|()| true),
        _ => Ok(false),
    }
}

/// Whether a bill that is due waits for the outcome of a collection of it.
pub async fn is_held(tx: &Tx, bill: &Bill) -> Result<bool, Error> {
    Ok(!store::collection::unsettled(tx, bill.id).await?.is_empty())
}

/// Expires a bill that its caller holds; a refusal while nobody knows whether it was paid.
pub async fn expire(tx: &Tx, bill: Bill) -> Result<(), Error> {
    collection::payable(tx, bill.id).await?;
    let bill = bill.expire(tx.now())?;
    end(tx, &bill, Occasion::BillExpired).await
}

/// Parts of every agency that are not paid in time, from `after` on, with their bills.
#[instrument(skip_all)]
pub async fn due_parts(
    tx: &Tx,
    after: Option<(Timestamp, Id<Part>)>,
    limit: u64,
) -> Result<Vec<LatePart>, Error> {
    Ok(store::part::due(tx, after, limit).await?)
}

/// Marks every part of a bill that was not paid in time; answers how many there were. Not while
/// somebody else holds the bill.
#[instrument(skip_all, fields(bill.id = %id))]
pub async fn mark_overdue(tx: &Tx, id: Id<Bill>) -> Result<u64, Error> {
    let bill = store::bill::lock_if_free(tx, id).await?;
    let now = tx.now();
    let open = |bill: &Bill| bill.state == BillState::Open && !bill.is_due(now);
    let Some(mut bill) = bill.filter(open) else { return Ok(0) };
    let mut marked = Vec::new();
    for part in bill.parts.iter_mut().filter(|part| part.is_late(now)) {
        *part = part.clone().turn(PartState::Overdue, now);
        marked.push(part.clone());
    }
    if marked.is_empty() {
        return Ok(0);
    }
    let bill = bill.touch(now);
    store::bill::update(tx, &bill).await?;
    tx.changed("bill", bill.id.uuid());
    for part in &marked {
        tell::part_overdue(tx, &bill, part).await?;
    }
    Ok(marked.len() as u64)
}

/// Keeps a bill that ended unpaid. What was owed on it is written off; what was paid of it becomes
/// its payer's credit: a fee that was not paid in full buys nothing, so none of it is the agency's.
#[instrument(skip_all, fields(bill.id = %bill.id))]
pub async fn end(tx: &Tx, bill: &Bill, occasion: Occasion) -> Result<(), Error> {
    store::bill::update(tx, bill).await?;
    store::charge::free(tx, bill.id).await?;
    tx.changed("bill", bill.id.uuid());
    if occasion == Occasion::BillExpired {
        tell::bill_expired(tx, bill).await?;
    } else {
        tell::bill_cancelled(tx, bill).await?;
    }
    ledger::post(tx, occasion, bill.owed(), bill.id.uuid()).await?;
    if bill.paid_minor > 0 {
        credit::grant(tx, &bill.payer, bill.paid(), CreditSource::Bill(bill.id)).await?;
    }
    Ok(())
}
