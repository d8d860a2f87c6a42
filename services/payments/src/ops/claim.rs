//! Claiming refunds from the treasury.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Sensitive};
use tracing::instrument;

use super::{ledger, person, refund};
use crate::{
    domain::{Bill, Document, Occasion, Refund, RefundMode, RefundRefusal, Refusal},
    error::Error,
    events::tell,
    store,
};

/// Hands in a claim with all the documents that it rests on.
#[instrument(skip_all, fields(refund.id = %id))]
pub async fn submit(tx: &Tx, id: Id<Refund>, documents: Vec<Document>) -> Result<Refund, Error> {
    let by = person(tx);
    let claim = lock(tx, id).await?.submit(documents, by, tx.now())?;
    keep(tx, claim).await
}

/// Returns a claim to whoever submitted it, to be completed.
#[instrument(skip_all, fields(refund.id = %id))]
pub async fn give_back(tx: &Tx, id: Id<Refund>, note: Sensitive<String>) -> Result<Refund, Error> {
    let claim = lock(tx, id).await?.give_back(note, tx.now())?;
    keep(tx, claim).await
}

/// Approves a claim as the second person.
#[instrument(skip_all, fields(refund.id = %id))]
pub async fn approve(tx: &Tx, id: Id<Refund>) -> Result<Refund, Error> {
    let by = person(tx);
    let claim = lock(tx, id).await?.approve(by, tx.now())?;
    keep(tx, claim).await
}

/// Rejects a claim: its amount can be refunded again, in another way.
#[instrument(skip_all, fields(refund.id = %id))]
pub async fn reject(tx: &Tx, id: Id<Refund>, note: Sensitive<String>) -> Result<Refund, Error> {
    let bill = hold_bill(tx, id).await?.ok_or(Refusal::BillNotFound)?;
    let claim = lock(tx, id).await?.reject(note, tx.now())?;
    store::bill::update(tx, &bill.restore(claim.amount, tx.now())).await?;
    let claim = keep(tx, claim).await?;
    ledger::post(tx, Occasion::RefundRejected, claim.amount, claim.id.uuid()).await?;
    Ok(claim)
}

/// Records that the treasury paid a claim.
#[instrument(skip_all, fields(refund.id = %id))]
pub async fn settle(tx: &Tx, id: Id<Refund>, reference: String) -> Result<Refund, Error> {
    let bill = hold_bill(tx, id).await?;
    let claim = lock(tx, id).await?.settle(reference.clone(), tx.now())?;
    if !store::refund::settle(tx, &claim).await? {
        return Err(RefundRefusal::TreasuryReferenceTaken(reference).into());
    }
    tx.changed("refund", claim.id.uuid());
    tell::refund_paid(tx, &claim, &reference).await?;
    ledger::post(tx, Occasion::RefundClaimed, claim.amount, claim.id.uuid()).await?;
    if let Some(bill) = bill {
        refund::free(tx, &bill).await?;
    }
    Ok(claim)
}

/// The bill of a claim, held. A refund that is issued holds its bill first; so does whatever ends a
/// claim, that neither waits for the other.
async fn hold_bill(tx: &Tx, id: Id<Refund>) -> Result<Option<Bill>, Error> {
    let found = store::refund::find(tx, id).await?.ok_or(Refusal::RefundNotFound)?;
    let Some(bill) = found.bill else { return Ok(None) };
    Ok(store::bill::lock(tx, bill).await?)
}

async fn lock(tx: &Tx, id: Id<Refund>) -> Result<Refund, Error> {
    let refund = store::refund::lock(tx, id).await?.ok_or(Refusal::RefundNotFound)?;
    if refund.mode == RefundMode::TreasuryClaim {
        Ok(refund)
    } else {
        let (refund, state) = (refund.id, refund.state);
        Err(RefundRefusal::StateWrong { refund, state }.into())
    }
}

async fn keep(tx: &Tx, claim: Refund) -> Result<Refund, Error> {
    store::refund::update(tx, &claim).await?;
    tx.changed("refund", claim.id.uuid());
    tell::claim_moved(tx, &claim).await?;
    Ok(claim)
}
