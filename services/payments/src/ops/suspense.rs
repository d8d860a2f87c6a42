//! Keeping money that fits no open bill, and bringing it to its end.

use rangkai_db::Tx;
use rangkai_primitives::{Agency, Id, Money, Page, Sensitive};
use tracing::instrument;
use uuid::Uuid;

use super::{bill, credit, ledger};
use crate::{
    domain::{
        BankMovement, BankReference, Bill, BillState, BillingCode, CreditSource, Demand, Occasion,
        Purpose, RefundRefusal, Refusal, Remedy, Remittance, SuspenseFilter, SuspenseItem,
        SuspenseRefusal, SuspenseState,
    },
    error::Error,
    events::tell,
    store,
};

/// Keeps money that came in and fits no open bill; `payer` is the payer and the case of the bill
/// that it was paid for. What the rules make a credit becomes one at once.
#[instrument(skip_all, fields(suspense.id = %item.id))]
pub async fn keep(tx: &Tx, item: SuspenseItem, payer: Option<(String, Uuid)>) -> Result<(), Error> {
    let case = payer.as_ref().map(|(_, case)| *case);
    let item = match payer.filter(|_| item.kind.is_credit()) {
        Some((payer, _)) => item.credited_by_rule(payer),
        None => item,
    };
    store::suspense::insert(tx, &item).await?;
    tx.changed("suspense", item.id.uuid());
    ledger::post(tx, Occasion::SuspenseReceived, item.amount, item.id.uuid()).await?;
    tell::suspense_opened(tx, &item, case).await?;
    if item.state == SuspenseState::Credited {
        grant(tx, &item, item.amount).await?;
        tell::suspense_resolved(tx, &item).await?;
    }
    Ok(())
}

/// Gets an item.
#[instrument(skip_all, fields(suspense.id = %id))]
pub async fn get(tx: &Tx, id: Id<SuspenseItem>) -> Result<SuspenseItem, Error> {
    Ok(store::suspense::find(tx, id).await?.ok_or(SuspenseRefusal::NotFound)?)
}

/// Lists items, newest first, and the id to continue after.
#[instrument(skip_all)]
pub async fn list(
    tx: &Tx,
    filter: SuspenseFilter,
    page: &Page<SuspenseItem>,
) -> Result<(Vec<SuspenseItem>, Option<Id<SuspenseItem>>), Error> {
    let mut items = store::suspense::list(tx, filter, page).await?;
    let next = page.cut(&mut items, |item| item.id);
    Ok((items, next))
}

/// What somebody wants to become of an item.
#[derive(Clone, Debug)]
pub enum Wish {
    Apply(BillingCode),
    /// None means the payer of the bill that it was paid for.
    Credit(Option<String>),
    Return,
}

/// Proposes what is to become of an open item.
#[instrument(skip_all, fields(suspense.id = %id))]
pub async fn propose(
    tx: &Tx,
    id: Id<SuspenseItem>,
    wish: Wish,
    reason: Sensitive<String>,
) -> Result<SuspenseItem, Error> {
    let item = store::suspense::lock(tx, id).await?.ok_or(SuspenseRefusal::NotFound)?;
    let resolution = match wish {
        Wish::Apply(code) => Remedy::Apply(code),
        Wish::Return => Remedy::Return,
        Wish::Credit(Some(payer)) => Remedy::Credit(payer),
        Wish::Credit(None) => Remedy::Credit(payer_of(tx, &item).await?),
    };
    let item = item.propose(resolution.clone(), reason, &tx.caller().id, tx.now())?;
    if let Remedy::Apply(code) = &resolution {
        // So that a second person is not asked about what cannot be done.
        target(tx, &item, code).await?;
    }
    store::suspense::update(tx, &item).await?;
    tx.changed("suspense", item.id.uuid());
    tell::suspense_proposed(tx, &item, &resolution).await?;
    Ok(item)
}

/// Confirms what another person proposed, and does it.
#[instrument(skip_all, fields(suspense.id = %id))]
pub async fn confirm(tx: &Tx, id: Id<SuspenseItem>) -> Result<SuspenseItem, Error> {
    let item = store::suspense::lock(tx, id).await?.ok_or(SuspenseRefusal::NotFound)?;
    let (item, resolution) = item.confirm(&tx.caller().id, tx.now())?;
    store::suspense::update(tx, &item).await?;
    tx.changed("suspense", item.id.uuid());
    match resolution {
        Remedy::Apply(code) => apply(tx, &item, &code).await?,
        Remedy::Credit(_) => grant(tx, &item, item.amount).await?,
        Remedy::Return => send_back(tx, &item).await?,
    }
    tell::suspense_resolved(tx, &item).await?;
    Ok(item)
}

/// Rejects what another person proposed.
#[instrument(skip_all, fields(suspense.id = %id))]
pub async fn reject(tx: &Tx, id: Id<SuspenseItem>) -> Result<SuspenseItem, Error> {
    let item = store::suspense::lock(tx, id).await?.ok_or(SuspenseRefusal::NotFound)?;
    let (item, resolution) = item.reject(&tx.caller().id, tx.now())?;
    store::suspense::update(tx, &item).await?;
    tx.changed("suspense", item.id.uuid());
    tell::suspense_proposed(tx, &item, &resolution).await?;
    Ok(item)
}

/// Records that the bank sent an item back, whichever agency's it is. The same reference again
/// changes nothing.
#[instrument(skip_all, fields(suspense.id = %id))]
pub async fn give_back(
    tx: &Tx,
    id: Id<SuspenseItem>,
    reference: BankReference,
) -> Result<SuspenseItem, Error> {
    let owner = store::suspense::owner(tx, id).await?.ok_or(SuspenseRefusal::NotFound)?;
    let tx = &tx.within(owner);
    let item = store::suspense::lock(tx, id).await?.ok_or(SuspenseRefusal::NotFound)?;
    if item.reference.as_ref() == Some(&reference) {
        return Ok(item);
    }
    let item = item.give_back(reference.clone(), tx.now())?;
    store::suspense::update(tx, &item).await?;
    let (purpose, bank) = (Purpose::SuspenseReturned, Some(&reference));
    let moved = BankMovement::record(purpose, id.uuid(), item.amount, bank, tx.now());
    super::expect_unused(store::bank_movement::insert(tx, &moved).await?, &moved)?;
    tx.changed("suspense", item.id.uuid());
    ledger::post_out_untold(tx, Occasion::RefundPaid, item.amount, item.id.uuid()).await?;
    tell::suspense_returned(tx, &item).await?;
    Ok(item)
}

/// Pays the bill of a code out of an item; what is left becomes the payer's credit.
async fn apply(tx: &Tx, item: &SuspenseItem, code: &BillingCode) -> Result<(), Error> {
    let (owner, bill, own) = target(tx, item, code).await?;
    let remittance = store::remittance::find(tx, item.remittance).await?;
    let remittance = remittance.ok_or(Refusal::RemittanceNotFound)?;
    let due = bill.demand(code, tx.now()).amount;
    let now = (code, tx.now());
    if !own {
        forward(tx, &owner, item, &remittance).await?;
        ledger::post_out(tx, Occasion::SuspenseForwarded, item.amount, item.id.uuid()).await?;
        let receipt = remittance.receipt(Occasion::BillPaid, None);
        return bill::receive(&tx.within(owner), bill, now, &receipt).await.map(drop);
    }
    let receipt = remittance.receipt(Occasion::SuspenseApplied, Some(item.id.uuid()));
    let bill = bill::receive(tx, bill, now, &receipt).await?;
    let left = Money::new(item.amount.currency(), item.amount.minor() - due.minor());
    if left.minor() > 0 {
        let over = SuspenseItem { credited_to: Some(bill.payer), ..item.clone() };
        store::suspense::update(tx, &over).await?;
        grant(tx, &over, left).await?;
    }
    Ok(())
}

/// Records that money goes from the platform to an agency: no bank has told a number of that yet.
async fn forward(
    tx: &Tx,
    owner: &Agency,
    item: &SuspenseItem,
    remittance: &Remittance,
) -> Result<(), Error> {
    let bank = &remittance.reference.bank_code;
    for (tx, purpose) in
        [(tx, Purpose::ForwardedOut), (&tx.within(owner.clone()), Purpose::ForwardedIn)]
    {
        let (source, amount) = (item.id.uuid(), item.amount);
        let moved = BankMovement::record(purpose, source, amount, None, tx.now()).at(bank);
        store::bank_movement::insert(tx, &moved).await?;
    }
    Ok(())
}

/// Has the banks send an item back, if they hold as much.
async fn send_back(tx: &Tx, item: &SuspenseItem) -> Result<(), Error> {
    ledger::post(tx, Occasion::SuspenseReturned, item.amount, item.id.uuid()).await?;
    let currency = item.amount.currency();
    // What is left once this and everything else that is not the agency's went back.
    let left = store::cover::at_banks(tx, currency).await?;
    if left.minor() >= 0 {
        return Ok(());
    }
    let available = Money::new(currency, (left.minor() + item.amount.minor()).max(0));
    Err(RefundRefusal::NotCovered { available, instead: "CREDIT" }.into())
}

/// The bill that an item can pay, held, with its owner; and whether that is the item's.
async fn target(
    tx: &Tx,
    item: &SuspenseItem,
    code: &BillingCode,
) -> Result<(Agency, Bill, bool), Error> {
    let found = store::bill::find_anywhere(tx, code).await?;
    let (owner, bill) = found.ok_or(Refusal::BillNotFound)?;
    let own = owner == *tx.agency();
    if !own && *tx.agency() != Agency::platform() {
        return Err(Refusal::BillNotFound.into());
    }
    let bill = store::bill::lock(&tx.within(owner.clone()), bill.id).await?;
    let bill = bill.ok_or(Refusal::BillNotFound)?;
    let Demand { amount: due, state } = bill.demand(code, tx.now());
    if state != BillState::Open {
        return Err(Refusal::BillNotOpen { bill: bill.id, state }.into());
    }
    let enough = item.amount.minor() >= due.minor();
    let fits = if own { enough } else { item.amount == due };
    if !fits || item.amount.currency() != due.currency() {
        return Err(SuspenseRefusal::DoesNotFit { bill: bill.id, expected: due }.into());
    }
    Ok((owner, bill, own))
}

async fn payer_of(tx: &Tx, item: &SuspenseItem) -> Result<String, Error> {
    let bill = match item.bill {
        Some(bill) => store::bill::find(tx, bill).await?,
        None => None,
    };
    Ok(bill.map(|bill| bill.payer).ok_or(SuspenseRefusal::PayerUnknown(item.id))?)
}

/// Makes `amount` of an item its payer's credit.
async fn grant(tx: &Tx, item: &SuspenseItem, amount: Money) -> Result<(), Error> {
    let payer = item.credited_to.as_ref().ok_or(SuspenseRefusal::PayerUnknown(item.id))?;
    credit::grant(tx, payer, amount, CreditSource::Suspense(item.id.uuid())).await.map(drop)
}
