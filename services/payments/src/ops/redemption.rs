//! Redeeming vouchers.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Money, Page, Sensitive};
use tracing::instrument;

use super::{ledger, pool, voucher};
use crate::{
    domain::{
        GuessLimit, Merchant, NamedRedemption, NewRedemption, Occasion, PinCheck, PoolMove,
        Redemption, Voucher, VoucherNumber, VoucherRefusal, VoucherState,
    },
    error::Error,
    events::tell,
    store,
};

/// Redeems a voucher at a merchant; none if the number and the PIN redeem nothing.
///
/// That is an answer and not an error, because the guess must be counted: an error would undo the
/// counting. Whoever shows numbers waits until the one before was counted, so that no number of
/// guesses made at once goes past the limit.
#[instrument(skip_all, fields(merchant.id = %new.merchant))]
pub async fn redeem(
    tx: &Tx,
    new: &NewRedemption,
    limit: GuessLimit,
) -> Result<Option<Redemption>, Error> {
    limit.check(store::voucher_guess::lock(tx, limit).await?)?;
    let Some(voucher) = show(tx, &new.number, new.pin.as_ref()).await? else {
        store::voucher_guess::count(tx).await?;
        return Ok(None);
    };
    let merchant = store::merchant::find(tx, new.merchant).await?;
    let merchant = merchant.ok_or(VoucherRefusal::MerchantNotFound)?;
    merchant.expect_group(&voucher.pool_code)?;
    let (voucher, amount) = voucher.redeem(new.amount, tx.now())?;
    pay(tx, &merchant, &voucher, amount).await.map(Some)
}

/// Redeems all of a voucher at a merchant that is known by its name; none if the number redeems
/// nothing. What is not active is refused first, what was used up last.
#[instrument(skip_all)]
pub async fn redeem_named(
    tx: &Tx,
    new: &NamedRedemption,
    limit: GuessLimit,
) -> Result<Option<Redemption>, Error> {
    limit.check(store::voucher_guess::lock(tx, limit).await?)?;
    let Some(voucher) = show(tx, &new.number, None).await? else {
        store::voucher_guess::count(tx).await?;
        return Ok(None);
    };
    let voucher = voucher.at(tx.now());
    if !matches!(voucher.state, VoucherState::Activated | VoucherState::Redeemed) {
        let (serial, state) = (voucher.serial, voucher.state);
        return Err(VoucherRefusal::StateMismatch { serial, state }.into());
    }
    let merchant = store::merchant::find_by_identity(tx, &new.merchant).await?;
    expect_funds(tx, new, merchant.as_ref(), voucher.amount).await?;
    let merchant = merchant.ok_or(VoucherRefusal::MerchantNotFound)?;
    merchant.expect_group(&new.group)?;
    merchant.expect_group(&voucher.pool_code)?;
    let (voucher, amount) = voucher.redeem(None, tx.now())?;
    pay(tx, &merchant, &voucher, amount).await.map(Some)
}

/// Lists redemptions, newest first, and the id to continue after.
#[instrument(skip_all)]
pub async fn list(
    tx: &Tx,
    merchant: Option<Id<Merchant>>,
    page: &Page<Redemption>,
) -> Result<(Vec<Redemption>, Option<Id<Redemption>>), Error> {
    let mut redemptions = store::redemption::list(tx, merchant, page).await?;
    let next = page.cut(&mut redemptions, |redemption| redemption.id);
    Ok((redemptions, next))
}

/// The voucher of a number, if the PIN is its own; a wrong one is counted.
async fn show(
    tx: &Tx,
    number: &VoucherNumber,
    pin: Option<&Sensitive<String>>,
) -> Result<Option<Voucher>, Error> {
    let Some(found) = store::voucher::lock_by_number(tx, number).await? else {
        return Ok(None);
    };
    let pin = voucher::pin_hash(tx, &found.serial, pin);
    let before = found.state;
    match found.check_pin(pin.as_ref(), tx.now()) {
        PinCheck::Right(voucher) => Ok(Some(voucher)),
        PinCheck::Wrong(None) => Ok(None),
        PinCheck::Wrong(Some(wrong)) => {
            voucher::keep(tx, &wrong).await?;
            if wrong.state == VoucherState::Blocked && before != VoucherState::Blocked {
                tell::voucher_blocked(tx, &wrong).await?;
            }
            Ok(None)
        }
    }
}

/// Says no when the pool of the group that is named, or all pools of the merchant's groups, never
/// held as much.
async fn expect_funds(
    tx: &Tx,
    new: &NamedRedemption,
    merchant: Option<&Merchant>,
    amount: Money,
) -> Result<(), Error> {
    let (mut known, mut paying, mut named_short) = (0, 0, false);
    let own = merchant.map(|merchant| merchant.groups.as_slice()).unwrap_or_default();
    for group in own.iter().chain([&new.group]) {
        let Some(pool) = store::pool::find_by_code(tx, group).await? else { continue };
        let pays = pool.currency == amount.currency() && pool.funded_minor >= amount.minor();
        known += usize::from(own.contains(group));
        paying += usize::from(pays && own.contains(group));
        named_short |= !pays && *group == new.group;
    }
    if named_short || (known > 0 && paying == 0) {
        return Err(VoucherRefusal::PoolShort(new.group.clone()).into());
    }
    Ok(())
}

/// Keeps that `amount` of a voucher is owed to a merchant from now on.
async fn pay(
    tx: &Tx,
    merchant: &Merchant,
    voucher: &Voucher,
    amount: Money,
) -> Result<Redemption, Error> {
    let redemption = Redemption {
        id: Id::generate(),
        voucher: voucher.id,
        serial: voucher.serial.clone(),
        merchant: merchant.id,
        amount,
        remaining: voucher.remaining(),
        create_time: tx.now(),
    };
    voucher::keep(tx, voucher).await?;
    store::redemption::insert(tx, &redemption).await?;
    tx.changed("redemption", redemption.id.uuid());
    store::merchant::owe(tx, merchant.id, amount).await?;
    pool::change(tx, voucher.pool, PoolMove::Redeem, amount).await?;
    ledger::post(tx, Occasion::VoucherRedeemed, amount, redemption.id.uuid()).await?;
    tell::voucher_redeemed(tx, &redemption).await?;
    Ok(redemption)
}
