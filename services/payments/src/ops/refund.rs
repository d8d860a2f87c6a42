//! Giving money back.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Page};
use tracing::instrument;

use super::ledger;
use crate::{
    domain::{BankReference, Bill, NewRefund, Occasion, Refund, RefundState, Refusal},
    error::Error,
    events::tell,
    store::{self, bank_reference::Use},
};

/// Issues a refund of a paid bill.
#[instrument(skip_all, fields(bill.id = %new.bill))]
pub async fn issue(tx: &Tx, new: NewRefund) -> Result<Refund, Error> {
    let bill = store::bill::lock(tx, new.bill).await?.ok_or(Refusal::BillNotFound)?;
    let (bill, amount) = bill.refund(new.amount)?;
    let refund = Refund::issue(Id::generate(), &bill, amount, new.reason, tx.now());
    store::bill::update(tx, &bill).await?;
    store::refund::insert(tx, &refund).await?;
    tx.changed("refund", refund.id.uuid());
    ledger::post(tx, Occasion::RefundIssued, amount, refund.id.uuid()).await?;
    tell::refund_issued(tx, &refund).await?;
    Ok(refund)
}

/// Records that the bank paid a refund, whichever agency's it is. The same reference again changes
/// nothing.
#[instrument(skip_all, fields(refund.id = %id))]
pub async fn confirm(tx: &Tx, id: Id<Refund>, reference: BankReference) -> Result<Refund, Error> {
    let owner = store::refund::owner(tx, id).await?.ok_or(Refusal::RefundNotFound)?;
    // From here on it is the owner's: its rows, its facts, its books.
    let tx = &tx.within(owner);
    let refund = store::refund::lock(tx, id).await?.ok_or(Refusal::RefundNotFound)?;
    if refund.reference.as_ref() == Some(&reference) {
        return Ok(refund);
    }
    let refund = refund.pay(reference.clone(), tx.now())?;
    store::refund::update(tx, &refund).await?;
    if !store::bank_reference::insert(tx, &reference, Use::Refund(id)).await? {
        return Err(Refusal::BankReferenceTaken(reference.number).into());
    }
    tx.changed("refund", refund.id.uuid());
    ledger::post(tx, Occasion::RefundPaid, refund.amount, refund.id.uuid()).await?;
    tell::refund_paid(tx, &refund).await?;
    Ok(refund)
}

/// Gets a refund.
#[instrument(skip_all, fields(refund.id = %id))]
pub async fn get(tx: &Tx, id: Id<Refund>) -> Result<Refund, Error> {
    Ok(store::refund::find(tx, id).await?.ok_or(Refusal::RefundNotFound)?)
}

/// Lists refunds, newest first, and the id to continue after.
#[instrument(skip_all)]
pub async fn list(
    tx: &Tx,
    bill: Option<Id<Bill>>,
    state: Option<RefundState>,
    page: &Page<Refund>,
) -> Result<(Vec<Refund>, Option<Id<Refund>>), Error> {
    let mut refunds = store::refund::list(tx, bill, state, page).await?;
    let next = page.cut(&mut refunds, |refund| refund.id);
    Ok((refunds, next))
}
