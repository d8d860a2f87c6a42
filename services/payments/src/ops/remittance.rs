//! Taking the money that banks and other channels report.

use rangkai_db::Tx;
use rangkai_primitives::{Agency, Id, Timestamp};
use tracing::instrument;

use super::{bill, expiry, suspense};
use crate::{
    domain::{
        BankMovement, Bill, BillingCode, Fate, NewRemittance, Occasion, Purpose, Refusal,
        Remittance, SuspenseItem, SuspenseKind,
    },
    error::Error,
    store,
};

/// Records money that came in and does with it what the rules say ([`Fate`]), whichever agency's
/// it is. A payment that was recorded before is answered again.
pub async fn record(tx: &Tx, new: NewRemittance) -> Result<Remittance, Error> {
    record_or_know(tx, new).await.map(|(remittance, _)| remittance)
}

/// As [`record`], and says whether it was recorded before.
#[instrument(skip_all, fields(bank.code = new.reference.bank_code))]
pub async fn record_or_know(tx: &Tx, new: NewRemittance) -> Result<(Remittance, bool), Error> {
    let (owner, bill) = find_bill(tx, &new).await?;
    // From here on it is the owner's: its rows, its facts, its books.
    let tx = &tx.within(owner);
    let bill = match bill {
        Some(id) => Some(store::bill::lock(tx, id).await?.ok_or(Refusal::BillNotFound)?),
        None => None,
    };
    let (id, on) = (Id::<Remittance>::generate(), bill.as_ref().map(|bill| bill.id));
    // Only now: whoever held the bill may have recorded this very payment.
    let bank = Some(&new.reference);
    let moved =
        BankMovement::record(Purpose::Remittance, id.uuid(), new.amount, bank, new.pay_time);
    if !store::bank_movement::insert(tx, &moved).await? {
        return Ok((recorded(tx, &new, on).await?, true));
    }
    let code = new.code.parse::<BillingCode>().ok();
    let moment = moment(tx, bill.as_ref(), &new).await?;
    let paying = bill.as_ref().zip(code.as_ref());
    let demand = paying.map(|(bill, code)| bill.demand(code, moment));
    let fate = Fate::of(demand, new.amount);
    let amount = new.amount;
    let (paid, misfit) = match fate {
        Fate::Pays { excess } => {
            (true, excess.map(|excess| (Id::generate(), SuspenseKind::Over, excess)))
        }
        Fate::Misfits(kind) => (false, Some((Id::generate(), kind, amount))),
    };
    let noted = misfit.map(|(id, kind, _)| (id, kind));
    let remittance = Remittance::record(id, on, new, (paid, noted), tx.now());
    store::remittance::insert(tx, &remittance).await?;
    tx.changed("remittance", remittance.id.uuid());
    let payer = bill.as_ref().map(|bill| (bill.payer.clone(), bill.case));
    if let Some((bill, code)) = bill.zip(code).filter(|_| paid) {
        let receipt = remittance.receipt(Occasion::BillPaid, None);
        bill::receive(tx, bill, (&code, moment), &receipt).await?;
    }
    if let Some((id, kind, amount)) = misfit {
        let item = SuspenseItem::open(id, kind, amount, &remittance, tx.now());
        suspense::keep(tx, item, payer).await?;
    }
    Ok((remittance, false))
}

/// Gets the remittance that paid a bill, at once or out of suspense.
#[instrument(skip_all, fields(bill.id = %id))]
pub async fn get(tx: &Tx, id: Id<Bill>) -> Result<Remittance, Error> {
    if let Some(found) = store::remittance::find_of_bill(tx, id).await? {
        return Ok(found);
    }
    let bill = store::bill::find(tx, id).await?.ok_or(Refusal::RemittanceNotFound)?;
    let paying = store::suspense::find_paying(tx, &bill).await?;
    let paying = paying.ok_or(Refusal::RemittanceNotFound)?;
    let found = store::remittance::find_anywhere(tx, paying).await?;
    Ok(found.ok_or(Refusal::RemittanceNotFound)?)
}

/// When money counts as paid. A bill that is due and waits for the outcome of a collection was paid
/// in time if whoever took the money says so, however late that is known; any other money counts from
/// when it is reported, whether the sweep has come by or not.
async fn moment(tx: &Tx, bill: Option<&Bill>, new: &NewRemittance) -> Result<Timestamp, Error> {
    let now = tx.now();
    match bill.filter(|bill| bill.is_due(now)) {
        Some(bill) if expiry::is_held(tx, bill).await? => Ok(new.pay_time.min(now)),
        _ => Ok(now),
    }
}

/// Whose the money is, and the bill that it was paid for.
async fn find_bill(tx: &Tx, new: &NewRemittance) -> Result<(Agency, Option<Id<Bill>>), Error> {
    if let Ok(code) = new.code.parse::<BillingCode>()
        && let Some((owner, bill)) = store::bill::find_anywhere(tx, &code).await?
    {
        return Ok((owner, Some(bill.id)));
    }
    Ok((new.owner.clone().unwrap_or_else(Agency::platform), None))
}

/// The payment that is reported once more; a refusal if the reference was used for something else.
async fn recorded(
    tx: &Tx,
    new: &NewRemittance,
    bill: Option<Id<Bill>>,
) -> Result<Remittance, Error> {
    let earlier = match store::bank_movement::used_for(tx, &new.reference).await? {
        // Money without a bill is that of whoever found it, not of the agency of the bill.
        Some((Purpose::Remittance, id)) => store::remittance::find_anywhere(tx, id.into()).await?,
        Some(_) | None => None,
    };
    let taken = || Refusal::BankReferenceTaken(new.reference.number.clone());
    Ok(earlier.filter(|earlier| earlier.is(new, bill)).ok_or_else(taken)?)
}
