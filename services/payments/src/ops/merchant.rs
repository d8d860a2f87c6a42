//! Registering merchants and paying them.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Money, Page};
use tracing::instrument;

use super::ledger;
use crate::{
    domain::{
        BankMovement, BankReference, Merchant, MerchantSettlement, NewMerchant, Occasion, Purpose,
        VoucherRefusal,
    },
    error::Error,
    events::tell,
    store,
};

/// Registers a merchant.
#[instrument(skip_all)]
pub async fn register(tx: &Tx, new: &NewMerchant) -> Result<Merchant, Error> {
    for group in &new.groups {
        store::pool::find_by_code(tx, group).await?.ok_or(VoucherRefusal::PoolNotFound)?;
    }
    let id = Id::generate();
    if !store::merchant::insert(tx, id, new).await? {
        let other = store::merchant::find_by_identity(tx, &new.identity).await?;
        let other = other.ok_or(VoucherRefusal::MerchantNotFound)?;
        return Err(VoucherRefusal::MerchantTaken(other.id).into());
    }
    let merchant = get(tx, id).await?;
    tx.changed("merchant", merchant.id.uuid());
    tell::merchant_registered(tx, &merchant).await?;
    Ok(merchant)
}

/// Records that a bank paid a merchant what it was owed.
#[instrument(skip_all, fields(merchant.id = %id))]
pub async fn settle(
    tx: &Tx,
    id: Id<Merchant>,
    amount: Money,
    reference: BankReference,
) -> Result<(MerchantSettlement, Merchant), Error> {
    let merchant = get(tx, id).await?;
    if !store::merchant::pay(tx, id, amount).await? {
        let owed = merchant.owed_in(amount.currency());
        return Err(VoucherRefusal::OwedLess { owed }.into());
    }
    let settlement = MerchantSettlement {
        id: Id::generate(),
        merchant: id,
        amount,
        reference,
        create_time: tx.now(),
    };
    let (purpose, bank) = (Purpose::MerchantPaid, Some(&settlement.reference));
    let moved = BankMovement::record(purpose, settlement.id.uuid(), amount, bank, tx.now());
    let free = store::merchant_settlement::insert(tx, &settlement).await?
        && store::bank_movement::insert(tx, &moved).await?;
    super::expect_unused(free, &moved)?;
    tx.changed("merchant", id.uuid());
    tx.changed("settlement", settlement.id.uuid());
    let merchant = get(tx, id).await?;
    ledger::post_out(tx, Occasion::MerchantPaid, amount, settlement.id.uuid()).await?;
    tell::merchant_paid(tx, &settlement).await?;
    Ok((settlement, merchant))
}

/// Gets a merchant.
#[instrument(skip_all, fields(merchant.id = %id))]
pub async fn get(tx: &Tx, id: Id<Merchant>) -> Result<Merchant, Error> {
    Ok(store::merchant::find(tx, id).await?.ok_or(VoucherRefusal::MerchantNotFound)?)
}

/// Lists merchants, newest first, and the id to continue after.
#[instrument(skip_all)]
pub async fn list(
    tx: &Tx,
    page: &Page<Merchant>,
) -> Result<(Vec<Merchant>, Option<Id<Merchant>>), Error> {
    let mut merchants = store::merchant::list(tx, page).await?;
    let next = page.cut(&mut merchants, |merchant| merchant.id);
    Ok((merchants, next))
}
