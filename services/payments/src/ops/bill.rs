//! Issuing, showing, amending and withdrawing bills, and taking their money.

use aws_lc_rs::rand;
use rangkai_db::Tx;
use rangkai_primitives::{Id, Money, Page, Timestamp};
use tracing::instrument;

use super::{collection, credit, expiry, ledger, tariff};
use crate::{
    domain::{
        Bill, BillFilter, BillState, BillingCode, Demand, NewBill, Occasion, Plan, Quote, Receipt,
        Refusal,
    },
    error::Error,
    events::tell,
    store,
};

/// A caller with this scope finds the bills of every agency by their codes.
const BANK: &str = "payments.remittances.write";
/// How many random codes are tried; among eighty million million, the first is nearly always free.
const TRIES: usize = 8;

/// Issues a bill by the tariffs in effect today.
#[instrument(skip_all, fields(case.id = %new.case))]
pub async fn issue(tx: &Tx, new: NewBill) -> Result<Bill, Error> {
    let quote = tariff::quote(tx, &new.items, None).await?;
    for line in &quote.lines {
        let earlier = store::charge::find(tx, new.case, &line.code, new.sequence).await?;
        let Some(earlier) = earlier else { continue };
        let Some(earlier) = store::bill::lock(tx, earlier).await? else { continue };
        if earlier.is_due(tx.now()) {
            // The sweep has not come by yet; its work is done here, so that nobody waits for it.
            expiry::expire(tx, earlier).await?;
        } else if matches!(earlier.state, BillState::Open | BillState::Paid) {
            return Err(Refusal::CaseAlreadyBilled { case: new.case, bill: earlier.id }.into());
        }
    }
    let use_credit = new.use_credit;
    let bill = insert(tx, new, quote).await?;
    charge(tx, &bill).await?;
    open(tx, bill, use_credit).await
}

/// Withdraws a bill of which nothing was paid, and issues another in its place. The payer, the
/// case and the sequence stay.
#[instrument(skip_all, fields(bill.id = %id))]
pub async fn amend(tx: &Tx, id: Id<Bill>, etag: &str, new: NewBill) -> Result<Bill, Error> {
    let old = store::bill::lock(tx, id).await?.ok_or(Refusal::BillNotFound)?;
    old.expect_etag(etag)?;
    expect_known(tx, &old).await?;
    let (case, sequence) = (old.case, old.sequence);
    let new = NewBill { payer: old.payer.clone(), case, sequence, ..new };
    let old = old.amend(tx.now())?;
    let quote = tariff::quote(tx, &new.items, None).await?;
    store::charge::free(tx, id).await?;
    let bill = insert(tx, new, quote).await?;
    let bill = Bill { replaces: Some(id), ..bill };
    let old = Bill { replaced_by: Some(bill.id), ..old };
    charge(tx, &bill).await?;
    expiry::end(tx, &old, Occasion::BillCancelled).await?;
    tell::bill_amended(tx, &old, &bill).await?;
    open(tx, bill, false).await
}

/// Gets a bill.
#[instrument(skip_all, fields(bill.id = %id))]
pub async fn get(tx: &Tx, id: Id<Bill>) -> Result<Bill, Error> {
    let bill = store::bill::find(tx, id).await?.ok_or(Refusal::BillNotFound)?;
    Ok(bill.at(tx.now()))
}

/// Finds a bill by its code or that of a part: one of the caller's agency, or of any agency for a
/// bank. Says also what the code asks for, and whether the bill is the caller's own agency's.
#[instrument(skip_all)]
pub async fn find(tx: &Tx, code: &BillingCode) -> Result<(Bill, Demand, bool), Error> {
    let found = store::bill::find_anywhere(tx, code).await?;
    let (owner, bill) = found.ok_or(Refusal::BillNotFound)?;
    let own = owner == *tx.agency();
    if !own && !tx.caller().has_scope(BANK) {
        return Err(Refusal::BillNotFound.into());
    }
    let demand = bill.demand(code, tx.now());
    Ok((bill.at(tx.now()), demand, own))
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

/// Withdraws an open bill; what was paid of it becomes its payer's credit.
#[instrument(skip_all, fields(bill.id = %id))]
pub async fn cancel(tx: &Tx, id: Id<Bill>, etag: &str) -> Result<Bill, Error> {
    let bill = store::bill::lock(tx, id).await?.ok_or(Refusal::BillNotFound)?;
    bill.expect_etag(etag)?;
    expect_known(tx, &bill).await?;
    let bill = bill.cancel(tx.now())?;
    expiry::end(tx, &bill, Occasion::BillCancelled).await?;
    Ok(bill)
}

/// Takes the money that `code` asks for on `bill`, which its caller holds and which was paid at
/// `moment`: the bill is paid, or a part of it, and the books say where the money is.
#[instrument(skip_all, fields(bill.id = %bill.id))]
pub async fn receive(
    tx: &Tx,
    bill: Bill,
    (code, moment): (&BillingCode, Timestamp),
    receipt: &Receipt,
) -> Result<Bill, Error> {
    let (bill, payment) = bill.pay(code, moment, tx.now())?;
    store::bill::update(tx, &bill).await?;
    tx.changed("bill", bill.id.uuid());
    let source = receipt.source.unwrap_or(payment.source);
    ledger::post(tx, receipt.occasion, payment.amount, source).await?;
    for part in &payment.parts {
        tell::part_paid(tx, &bill, part, receipt).await?;
    }
    if bill.state == BillState::Paid {
        tell::bill_paid(tx, &bill, receipt).await?;
    }
    Ok(bill)
}

/// Says no while nobody knows whether a collection of an open bill, which its caller holds, was paid:
/// it could be charged twice.
async fn expect_known(tx: &Tx, bill: &Bill) -> Result<(), Error> {
    if bill.state == BillState::Open {
        collection::payable(tx, bill.id).await?;
    }
    Ok(())
}

/// Posts and tells a fresh bill, and lets its payer's credits pay it if that is asked for.
async fn open(tx: &Tx, bill: Bill, use_credit: bool) -> Result<Bill, Error> {
    let mut bill = bill;
    tx.changed("bill", bill.id.uuid());
    tell::bill_issued(tx, &bill).await?;
    let mut applied = Money::new(bill.amount.currency(), 0);
    if use_credit && bill.state == BillState::Open {
        applied = credit::apply(tx, &bill, bill.owed()).await?;
        if applied.minor() > 0 {
            bill = bill.take(applied, tx.now())?;
        }
    }
    if bill.version > 1 || bill.replaces.is_some() {
        store::bill::update(tx, &bill).await?;
    }
    if bill.state == BillState::Paid {
        tell::nothing_owed(tx, &bill).await?;
    }
    ledger::post(tx, Occasion::BillIssued, bill.amount, bill.id.uuid()).await?;
    ledger::post(tx, Occasion::CreditApplied, applied, bill.id.uuid()).await?;
    Ok(bill)
}

/// Keeps a fresh bill under codes that nobody can guess.
async fn insert(tx: &Tx, new: NewBill, quote: Quote) -> Result<Bill, Error> {
    let plan = plan(tx, &new, &quote)?;
    let count = plan.as_ref().map_or(0, |plan| plan.parts.len());
    for _ in 0..TRIES {
        let codes = (0..count).map(|_| random().map(BillingCode::of_part));
        let codes = codes.collect::<Result<Vec<_>, _>>()?.into_iter();
        let code = BillingCode::of(random()?);
        let terms = (quote.clone(), plan.clone());
        let bill = Bill::issue(codes, code, new.clone(), terms, tx.now());
        if store::bill::insert(tx, &bill).await? {
            return Ok(bill);
        }
    }
    Err(Error::NoBillingCode)
}

/// How a bill is paid in parts, if it is to be.
fn plan(tx: &Tx, new: &NewBill, quote: &Quote) -> Result<Option<Plan>, Refusal> {
    if new.instalments < 2 {
        return Ok(None);
    }
    let terms = quote.instalments.clone().map_err(Refusal::InstalmentsNotAllowed)?;
    terms.plan(quote.total, new.instalments, new.valid_for, tx.now()).map(Some)
}

/// Charges the case with the lines of `bill`; somebody may have done so at the same time.
async fn charge(tx: &Tx, bill: &Bill) -> Result<(), Error> {
    if store::charge::insert(tx, bill).await? {
        return Ok(());
    }
    for line in &bill.lines {
        let other = store::charge::find(tx, bill.case, &line.code, bill.sequence).await?;
        if let Some(other) = other.filter(|other| *other != bill.id) {
            return Err(Refusal::CaseAlreadyBilled { case: bill.case, bill: other }.into());
        }
    }
    // The other gave the case up in between.
    Err(Error::Contended)
}

fn random() -> Result<u64, Error> {
    let mut random = [0; 8];
    rand::fill(&mut random).map_err(|_| Error::NoBillingCode)?;
    Ok(u64::from_be_bytes(random))
}
