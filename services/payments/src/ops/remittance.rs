//! Taking the payments that banks report.

use rangkai_db::Tx;
use rangkai_primitives::Id;
use tracing::instrument;

use super::bill;
use crate::{
    domain::{Bill, NewRemittance, Occasion, Receipt, Refusal, Remittance},
    error::Error,
    store::{self, bank_reference::Use},
};

/// Records a payment and pays its bill, whichever agency's it is. A payment that was recorded
/// before is answered again.
#[instrument(skip_all, fields(bank.code = new.reference.bank_code))]
pub async fn record(tx: &Tx, new: NewRemittance) -> Result<Remittance, Error> {
    let (owner, bill) =
        store::bill::find_anywhere(tx, &new.code).await?.ok_or(Refusal::BillNotFound)?;
    // From here on it is the owner's: its rows, its facts, its books.
    let tx = &tx.within(owner);
    let bill = store::bill::lock(tx, bill.id).await?.ok_or(Refusal::BillNotFound)?;
    // Only now: whoever held the bill may have recorded this very payment.
    if let Some(earlier) = recorded(tx, &new).await? {
        return Ok(earlier);
    }
    bill.expect(&new.code, new.amount, tx.now())?;
    let remittance = Remittance::record(Id::generate(), bill.id, new, tx.now());
    store::remittance::insert(tx, &remittance).await?;
    let purpose = Use::Remittance(remittance.id);
    if !store::bank_reference::insert(tx, &remittance.reference, purpose).await? {
        return Err(Refusal::BankReferenceTaken(remittance.reference.number).into());
    }
    tx.changed("remittance", remittance.id.uuid());
    let receipt = Receipt {
        occasion: Occasion::BillPaid,
        source: None,
        pay_time: remittance.pay_time,
        reference: remittance.reference.number.clone(),
    };
    bill::receive(tx, bill, &remittance.code, &receipt).await?;
    Ok(remittance)
}

/// Gets the remittance that paid a bill.
#[instrument(skip_all, fields(bill.id = %bill))]
pub async fn get(tx: &Tx, bill: Id<Bill>) -> Result<Remittance, Error> {
    let found = store::remittance::find_of_bill(tx, bill).await?;
    Ok(found.ok_or(Refusal::RemittanceNotFound)?)
}

/// The payment that the bank reports once more, if it does.
async fn recorded(tx: &Tx, new: &NewRemittance) -> Result<Option<Remittance>, Error> {
    let earlier = match store::bank_reference::find(tx, &new.reference).await? {
        None => return Ok(None),
        Some(Use::Remittance(id)) => store::remittance::find(tx, id).await?,
        Some(Use::Refund(_)) => None,
    };
    let taken = || Refusal::BankReferenceTaken(new.reference.number.clone());
    Ok(Some(earlier.filter(|earlier| earlier.is(new)).ok_or_else(taken)?))
}
