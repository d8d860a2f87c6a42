//! Issuing, showing, withdrawing and expiring bills.

use aws_lc_rs::rand;
use rangkai_db::Tx;
use rangkai_primitives::{Agency, Id, Page, Timestamp};
use tracing::instrument;

use super::{ledger, tariff};
use crate::{
    domain::{Bill, BillFilter, BillState, BillingCode, NewBill, Occasion, Quote, Refusal},
    error::Error,
    events::tell,
    store,
};

/// A caller with this scope finds the bills of every agency by their codes.
const BANK: &str = "payments.remittances.write";
/// How many random codes are tried; among ninety million million, the first is nearly always free.
const TRIES: usize = 8;

/// Issues a bill by the tariffs in effect today.
#[instrument(skip_all, fields(case.id = %new.case))]
pub async fn issue(tx: &Tx, new: NewBill) -> Result<Bill, Error> {
    let quote = tariff::quote(tx, &new.items, None).await?;
    if let Some(earlier) = store::bill::lock_of_case(tx, new.case).await? {
        if !earlier.is_due(tx.now()) {
            return Err(Refusal::CaseAlreadyBilled { case: new.case, bill: earlier.id }.into());
        }
        // The sweep has not come by yet; its work is done here, so that nobody waits for it.
        expire(tx, earlier).await?;
    }
    let bill = insert(tx, new, quote).await?;
    tx.changed("bill", bill.id.uuid());
    ledger::post(tx, Occasion::BillIssued, bill.amount, bill.id.uuid()).await?;
    tell::bill_issued(tx, &bill).await?;
    if bill.state == BillState::Paid {
        tell::nothing_owed(tx, &bill).await?;
    }
    Ok(bill)
}

/// Gets a bill.
#[instrument(skip_all, fields(bill.id = %id))]
pub async fn get(tx: &Tx, id: Id<Bill>) -> Result<Bill, Error> {
    let bill = store::bill::find(tx, id).await?.ok_or(Refusal::BillNotFound)?;
    Ok(bill.at(tx.now()))
}

/// Finds a bill by its code: one of the caller's agency, or of any agency for a bank. Says also
/// whether it is the caller's own agency's.
#[instrument(skip_all)]
pub async fn find(tx: &Tx, code: &BillingCode) -> Result<(Bill, bool), Error> {
    let found = store::bill::find_anywhere(tx, code).await?;
    let (owner, bill) = found.ok_or(Refusal::BillNotFound)?;
    let own = owner == *tx.agency();
    if !own && !tx.caller().has_scope(BANK) {
        return Err(Refusal::BillNotFound.into());
    }
    Ok((bill.at(tx.now()), own))
}

/// Lists bills, newest first, and the id to continue after.
#[instrument(skip_all)]
pub async fn list(
    tx: &Tx,
    filter: BillFilter,
    page: &Page<Bill>,
) -> Result<(Vec<Bill>, Option<Id<Bill>>), Error> {
    let mut bills = store::bill::list(tx, filter, page).await?;
    let next = page.cut(&mut bills, |bill| bill.id);
    Ok((bills.into_iter().map(|bill| bill.at(tx.now())).collect(), next))
}

/// Withdraws an open bill.
#[instrument(skip_all, fields(bill.id = %id))]
pub async fn cancel(tx: &Tx, id: Id<Bill>, etag: &str) -> Result<Bill, Error> {
    let bill = store::bill::lock(tx, id).await?.ok_or(Refusal::BillNotFound)?;
    bill.expect_etag(etag)?;
    let bill = bill.cancel(tx.now())?;
    store::bill::update(tx, &bill).await?;
    tx.changed("bill", bill.id.uuid());
    ledger::post(tx, Occasion::BillCancelled, bill.amount, bill.id.uuid()).await?;
    tell::bill_cancelled(tx, &bill).await?;
    Ok(bill)
}

/// Bills of every agency that are due, from `after` on.
#[instrument(skip_all)]
pub async fn due(
    tx: &Tx,
    after: Option<(Timestamp, Id<Bill>)>,
    limit: u64,
) -> Result<Vec<(Agency, Timestamp, Id<Bill>)>, Error> {
    Ok(store::bill::due(tx, after, limit).await?)
}

/// Expires a bill if it is still due; not while somebody else holds it, who may be about to pay it.
#[instrument(skip_all, fields(bill.id = %id))]
pub async fn expire_if_due(tx: &Tx, id: Id<Bill>) -> Result<bool, Error> {
    let bill = store::bill::lock_if_free(tx, id).await?;
    match bill.filter(|bill| bill.is_due(tx.now())) {
        Some(bill) => expire(tx, bill).await.map(|()| true),
        None => Ok(false),
    }
}

async fn expire(tx: &Tx, bill: Bill) -> Result<(), Error> {
    let bill = bill.expire(tx.now())?;
    store::bill::update(tx, &bill).await?;
    tx.changed("bill", bill.id.uuid());
    ledger::post(tx, Occasion::BillExpired, bill.amount, bill.id.uuid()).await?;
    Ok(tell::bill_expired(tx, &bill).await?)
}

/// Keeps a fresh bill under a code that nobody can guess.
async fn insert(tx: &Tx, new: NewBill, quote: Quote) -> Result<Bill, Error> {
    for _ in 0..TRIES {
        let mut random = [0; 8];
        rand::fill(&mut random).map_err(|_| Error::NoBillingCode)?;
        let code = BillingCode::of(u64::from_be_bytes(random));
        let bill = Bill::issue(Id::generate(), code, new.clone(), quote.clone(), tx.now());
        if store::bill::insert(tx, &bill).await? {
            return Ok(bill);
        }
        // Either the code is taken, or somebody billed the case at the same time.
        if let Some(other) = store::bill::lock_of_case(tx, new.case).await? {
            return Err(Refusal::CaseAlreadyBilled { case: new.case, bill: other.id }.into());
        }
    }
    Err(Error::NoBillingCode)
}
