//! Redeeming vouchers.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Money, Page};
use tracing::instrument;

use super::{ledger, pool, voucher};
use crate::{
    domain::{
        GuessLimit, Merchant, NewRedemption, Occasion, PinCheck, PoolMove, Redemption, Voucher,
        VoucherRefusal, VoucherState,
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
    let Some(voucher) = show(tx, new).await? else {
        store::voucher_guess::count(tx).await?;
        return Ok(None);
    };
    let merchant = store::merchant::find(tx, new.merchant).await?;
    let merchant = merchant.ok_or(VoucherRefusal::MerchantNotFound)?;
    merchant.expect_group(&voucher.pool_code)?;
    let (voucher, amount) = voucher.redeem(new.amount, tx.now())?;
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
async fn show(tx: &Tx, new: &NewRedemption) -> Result<Option<Voucher>, Error> {
    let Some(found) = store::voucher::lock_by_number(tx, &new.number).await? else {
        return Ok(None);
    };
    let pin = voucher::pin_hash(tx, &found.serial, new.pin.as_ref());
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
