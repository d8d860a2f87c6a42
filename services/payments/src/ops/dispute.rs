//! Payments that a payer or a bank disputes.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Page};
use tracing::instrument;

use super::ledger;
use crate::{
    domain::{
        BankMovement, Dispute, DisputeEnd, DisputeState, NewDispute, Occasion, Purpose,
        ReconciliationRefusal as Refusal,
    },
    error::Error,
    events::tell,
    store,
};

/// Records a dispute, and holds its money: it is not refundable until the dispute ends.
#[instrument(skip_all, fields(bill.id = %new.bill))]
pub async fn open(tx: &Tx, new: NewDispute) -> Result<Dispute, Error> {
    let bill = store::bill::lock(tx, new.bill).await?;
    let bill = bill.ok_or(crate::domain::Refusal::BillNotFound)?;
    let known = store::dispute::known(tx, &new.bank_code, &new.bank_case).await?;
    if let Some(known) = known {
        return Err(Refusal::DisputeKnown(known).into());
    }
    let (bill, amount) = bill.refund(new.amount, tx.now())?;
    let dispute = Dispute::open(new, &bill, amount, super::person(tx), tx.now());
    if !store::dispute::insert(tx, &dispute).await? {
        // Somebody recorded it at the same time.
        let known = store::dispute::known(tx, &dispute.bank_code, &dispute.bank_case).await?;
        return Err(Refusal::DisputeKnown(known.unwrap_or(dispute.id)).into());
    }
    store::bill::update(tx, &bill).await?;
    tx.changed("dispute", dispute.id.uuid());
    ledger::post(tx, Occasion::DisputeOpened, amount, dispute.id.uuid()).await?;
    tell::dispute_changed(tx, &dispute).await?;
    Ok(dispute)
}

/// Records the evidence that the agency sent.
#[instrument(skip_all, fields(dispute.id = %id))]
pub async fn answer(tx: &Tx, id: Id<Dispute>, evidence: Vec<String>) -> Result<Dispute, Error> {
    let dispute = store::dispute::lock(tx, id).await?.ok_or(Refusal::DisputeNotFound)?;
    let dispute = dispute.answer(evidence, tx.now())?;
    store::dispute::update(tx, &dispute).await?;
    tx.changed("dispute", dispute.id.uuid());
    tell::dispute_changed(tx, &dispute).await?;
    Ok(dispute)
}

/// Records how the bank decided: the money is the agency's again, or it went back.
#[instrument(skip_all, fields(dispute.id = %id))]
pub async fn end(tx: &Tx, id: Id<Dispute>, end: DisputeEnd) -> Result<Dispute, Error> {
    // A bill is always held before what hangs on it.
    let bill = store::dispute::find(tx, id).await?.ok_or(Refusal::DisputeNotFound)?.bill;
    let bill = store::bill::lock(tx, bill).await?.ok_or(Refusal::DisputeNotFound)?;
    let dispute = store::dispute::lock(tx, id).await?.ok_or(Refusal::DisputeNotFound)?;
    let won = end == DisputeEnd::Won;
    let dispute = dispute.end(end, super::person(tx), tx.now())?;
    store::dispute::update(tx, &dispute).await?;
    tx.changed("dispute", dispute.id.uuid());
    let occasion = if won {
        store::bill::update(tx, &bill.restore(dispute.amount, tx.now())).await?;
        Occasion::DisputeWon
    } else {
        let (purpose, number) = (Purpose::DisputeLost, dispute.number());
        let moved = BankMovement::record(
            purpose,
            dispute.id.uuid(),
            dispute.amount,
            number.as_ref(),
            tx.now(),
        );
        let moved = moved.at(&dispute.bank_code);
        super::expect_unused(store::bank_movement::insert(tx, &moved).await?, &moved)?;
        super::refund::free(tx, &bill).await?;
        Occasion::DisputeLost
    };
    ledger::post_out(tx, occasion, dispute.amount, dispute.id.uuid()).await?;
    tell::dispute_changed(tx, &dispute).await?;
    Ok(dispute)
}

/// Gets a dispute.
#[instrument(skip_all, fields(dispute.id = %id))]
pub async fn get(tx: &Tx, id: Id<Dispute>) -> Result<Dispute, Error> {
    Ok(store::dispute::find(tx, id).await?.ok_or(Refusal::DisputeNotFound)?)
}

/// Lists disputes, newest first, and the id to continue after.
#[instrument(skip_all)]
pub async fn list(
    tx: &Tx,
    state: Option<DisputeState>,
    page: &Page<Dispute>,
) -> Result<(Vec<Dispute>, Option<Id<Dispute>>), Error> {
    let mut disputes = store::dispute::list(tx, state, page).await?;
    let next = page.cut(&mut disputes, |dispute| dispute.id);
    Ok((disputes, next))
}
