//! Giving money back.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Money, Page};
use tracing::instrument;

use super::{credit, ledger};
use crate::{
    domain::{
        BankMovement, BankReference, Bill, CreditSource, CreditUse, NewCreditRefund, NewRefund,
        Occasion, Purpose, Refund, RefundMode, RefundRefusal, RefundState, Refusal,
    },
    error::Error,
    events::tell,
    store,
};

/// Issues a refund of a paid bill, if there is money where it is to come from.
#[instrument(skip_all, fields(bill.id = %new.bill))]
pub async fn issue(tx: &Tx, new: NewRefund) -> Result<Refund, Error> {
    let bill = store::bill::lock(tx, new.bill).await?.ok_or(Refusal::BillNotFound)?;
    if let Some(expected) = new.expected
        && bill.refundable()? != expected
    {
        let refundable = bill.refundable()?;
        return Err(RefundRefusal::RefundableMismatch { bill: bill.id, refundable }.into());
    }
    let (bill, amount) = bill.refund(new.amount, tx.now())?;
    let refund = Refund::issue(&bill, amount, (new.mode, new.reason), tx.now());
    store::bill::update(tx, &bill).await?;
    keep(tx, &refund, Occasion::RefundIssued).await?;
    if refund.state == RefundState::Credited {
        let source = CreditSource::Refund(refund.id);
        credit::grant(tx, &bill.payer, amount, source).await?;
        tell::refund_credited(tx, &refund).await?;
    }
    // Now that the refund is kept: a claim that can still be rejected frees nothing yet.
    free(tx, &bill).await?;
    Ok(refund)
}

/// Gives a credit back through a bank, or some of it.
#[instrument(skip_all, fields(credit.id = %new.credit))]
pub async fn of_credit(tx: &Tx, new: NewCreditRefund) -> Result<Refund, Error> {
    let credit = store::credit::lock(tx, new.credit).await?;
    let credit = credit.ok_or(RefundRefusal::CreditNotFound)?;
    let left = credit.left();
    let amount = new.amount.unwrap_or(left);
    let refund = Refund::of_credit(credit.id, amount, new.reason, tx.now());
    let fits = amount.currency() == left.currency() && amount.minor() > 0;
    let to = CreditUse::Refund(refund.id);
    if !fits || !store::credit::take(tx, credit.id, amount.minor(), to).await? {
        return Err(RefundRefusal::CreditNotEnough { credit: credit.id, left }.into());
    }
    tx.changed("credit", credit.id.uuid());
    tell::credit_refunded(tx, &credit, &refund).await?;
    keep(tx, &refund, Occasion::CreditRefunded).await?;
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
    let (purpose, bank) = (Purpose::Refund, Some(&reference));
    let moved = BankMovement::record(purpose, id.uuid(), refund.amount, bank, tx.now());
    super::expect_unused(store::bank_movement::insert(tx, &moved).await?, &moved)?;
    tx.changed("refund", refund.id.uuid());
    ledger::post_out_untold(tx, Occasion::RefundPaid, refund.amount, refund.id.uuid()).await?;
    tell::refund_paid(tx, &refund, &reference.number).await?;
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

/// Frees the case of a bill, which its caller holds, once all of it went back for good: it can be
/// charged again.
pub async fn free(tx: &Tx, bill: &Bill) -> Result<(), Error> {
    if bill.refundable()?.minor() == 0 {
        store::charge::free_returned(tx, bill.id).await?;
    }
    Ok(())
}

/// Keeps, tells and posts a fresh refund; then sees whether there is money to pay it with.
async fn keep(tx: &Tx, refund: &Refund, occasion: Occasion) -> Result<(), Error> {
    store::refund::insert(tx, refund).await?;
    tx.changed("refund", refund.id.uuid());
    tell::refund_issued(tx, refund).await?;
    ledger::post(tx, occasion, refund.amount, refund.id.uuid()).await?;
    let currency = refund.amount.currency();
    // What is left once this refund and every other is paid.
    let (left, instead) = match refund.mode {
        RefundMode::CreditNextBill => return Ok(()),
        RefundMode::Source => {
            (store::cover::at_banks(tx, currency).await?, "TREASURY_CLAIM or CREDIT_NEXT_BILL")
        }
        RefundMode::TreasuryClaim => {
            (store::cover::at_treasury(tx, currency).await?, "SOURCE or CREDIT_NEXT_BILL")
        }
    };
    if left.minor() >= 0 {
        return Ok(());
    }
    let available = Money::new(currency, (left.minor() + refund.amount.minor()).max(0));
    Err(RefundRefusal::NotCovered { available, instead }.into())
}
