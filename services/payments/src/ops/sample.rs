//! Loading sample data for conformance tests; what is there already stays as it is.

use std::time::Duration;

use rangkai_db::Tx;
use rangkai_primitives::{Money, Sensitive};
use tracing::instrument;
use uuid::Uuid;

use super::{ledger, merchant, pool, redemption, voucher};
use crate::{
    domain::{
        GuessLimit, NewMerchant, NewRedemption, NewVouchers, Occasion, PinCheck, PoolMove,
        SamplePool, SampleVoucher, Samples, Voucher, VoucherRefusal, VoucherState,
    },
    error::Error,
    events::tell,
    store,
};

/// Long enough for any test.
const VALIDITY: Duration = Duration::from_hours(24 * 366);

/// Loads what is not there yet.
#[instrument(skip_all)]
pub async fn load(tx: &Tx, samples: &Samples) -> Result<(), Error> {
    for sample in &samples.pools {
        load_pool(tx, sample).await?;
    }
    for sample in &samples.merchants {
        if store::merchant::find_by_identity(tx, &sample.identity).await?.is_none() {
            merchant::register(tx, sample).await?;
        }
    }
    for sample in &samples.vouchers {
        if store::voucher::find(tx, &sample.serial).await?.is_none() {
            load_voucher(tx, sample, &samples.merchants).await?;
        }
    }
    Ok(())
}

async fn load_pool(tx: &Tx, sample: &SamplePool) -> Result<(), Error> {
    if store::pool::find_by_code(tx, &sample.code).await?.is_some() {
        return Ok(());
    }
    let made = pool::create(tx, sample.code.clone(), sample.funds.currency()).await?;
    if sample.funds.minor() > 0 {
        // No treasury gave it; the pool stands for the document.
        pool::fund(tx, made.id, sample.funds, (&made.id.to_string(), None)).await?;
    }
    Ok(())
}

async fn load_voucher(
    tx: &Tx,
    sample: &SampleVoucher,
    merchants: &[NewMerchant],
) -> Result<(), Error> {
    let pool = pool::get_by_code(tx, &sample.group).await?;
    let amount = Money::whole(pool.currency, sample.units);
    let amount = amount.map_err(|_| VoucherRefusal::PoolShort(pool.code.clone()))?;
    let pool = pool::change(tx, pool.id, PoolMove::Promise, amount).await?;
    let ends = sample.state == VoucherState::Expired;
    let valid_for = if ends { Duration::ZERO } else { VALIDITY };
    let comment = Sensitive::new(String::new());
    let new = NewVouchers { pool: pool.id, amount, count: 1, valid_for, comment };
    let batch = Uuid::now_v7();
    let made = Voucher::preactivate(sample.serial.clone(), &pool, batch, &new, tx.now());
    if !store::voucher::insert(tx, &made, &sample.number, &new.comment).await? {
        return Err(Error::NoVoucherNumber);
    }
    tx.changed("voucher", made.id.uuid());
    ledger::post(tx, Occasion::VoucherIssued, amount, batch).await?;
    tell::voucher_preactivated(tx, &made).await?;
    reach(tx, sample, made, merchants).await
}

/// Brings a fresh voucher to its state by the ways that every voucher goes.
async fn reach(
    tx: &Tx,
    sample: &SampleVoucher,
    made: Voucher,
    merchants: &[NewMerchant],
) -> Result<(), Error> {
    let serial = &sample.serial;
    match sample.state {
        VoucherState::Preactivated => {}
        VoucherState::Activated => drop(voucher::activate(tx, serial, None).await?),
        VoucherState::Suspended => {
            voucher::activate(tx, serial, None).await?;
            voucher::suspend(tx, serial).await?;
        }
        VoucherState::Blocked => {
            let pin = Sensitive::new("000000".to_owned());
            block(tx, voucher::activate(tx, serial, Some(&pin)).await?).await?;
        }
        VoucherState::Redeemed => {
            voucher::activate(tx, serial, None).await?;
            use_up(tx, sample, merchants).await?;
        }
        VoucherState::Cancelled => drop(voucher::cancel(tx, serial).await?),
        VoucherState::Expired => drop(voucher::expire_if_due(tx, made.id).await?),
        VoucherState::Purged => {
            voucher::cancel(tx, serial).await?;
            voucher::purge(tx, serial).await?;
        }
    }
    Ok(())
}

async fn block(tx: &Tx, mut active: Voucher) -> Result<(), Error> {
    while let PinCheck::Wrong(Some(wrong)) = active.clone().check_pin(None, tx.now()) {
        active = wrong;
    }
    voucher::keep(tx, &active).await?;
    Ok(tell::voucher_blocked(tx, &active).await?)
}

async fn use_up(tx: &Tx, sample: &SampleVoucher, merchants: &[NewMerchant]) -> Result<(), Error> {
    let taker = merchants.iter().find(|merchant| merchant.groups.contains(&sample.group));
    let taker = taker.ok_or(VoucherRefusal::MerchantNotFound)?;
    let taker = store::merchant::find_by_identity(tx, &taker.identity).await?;
    let merchant = taker.ok_or(VoucherRefusal::MerchantNotFound)?.id;
    let number = sample.number.clone();
    let new = NewRedemption { number, pin: None, merchant, amount: None };
    let limit = GuessLimit { guesses: i64::MAX, window: VALIDITY };
    redemption::redeem(tx, &new, limit).await?;
    Ok(())
}
