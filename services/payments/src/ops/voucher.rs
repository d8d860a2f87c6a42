//! Making vouchers, and everything that happens to them but their redemption.

use aws_lc_rs::rand;
use rangkai_db::Tx;
use rangkai_primitives::{Agency, Id, Money, Page, Sensitive, Timestamp};
use tracing::instrument;
use uuid::Uuid;

use super::{ledger, pool};
use crate::{
    domain::{
        IssuedVoucher, NewVouchers, Occasion, PinHash, Pool, PoolMove, SerialNumber, Voucher,
        VoucherFilter, VoucherNumber, VoucherRefusal,
    },
    error::Error,
    events::tell,
    store,
};

/// How many random numbers are tried; the first is nearly always free.
const TRIES: usize = 8;

/// Makes vouchers and promises their money, which the pool must have.
///
/// The money is promised now and not at activation: a number that was handed out may be activated
/// at any moment, and then it must not turn out that there is nothing behind it.
#[instrument(skip_all, fields(pool.id = %new.pool, count = new.count))]
pub async fn preactivate(tx: &Tx, new: &NewVouchers) -> Result<Vec<IssuedVoucher>, Error> {
    // The edge allows a hundred vouchers of 10^15 at most, which is far from overflowing.
    let total = new.amount.minor().saturating_mul(i64::from(new.count));
    let total = Money::new(new.amount.currency(), total);
    let pool = pool::change(tx, new.pool, PoolMove::Promise, total).await?;
    let batch = Uuid::now_v7();
    let mut vouchers = Vec::new();
    for _ in 0..new.count {
        let (voucher, number) = insert(tx, &pool, batch, new).await?;
        tx.changed("voucher", voucher.id.uuid());
        tell::voucher_preactivated(tx, &voucher).await?;
        vouchers.push(IssuedVoucher { voucher, number });
    }
    ledger::post(tx, Occasion::VoucherIssued, total, batch).await?;
    Ok(vouchers)
}

/// Makes a voucher redeemable.
#[instrument(skip_all, fields(voucher.serial = %serial))]
pub async fn activate(
    tx: &Tx,
    serial: &SerialNumber,
    pin: Option<&Sensitive<String>>,
) -> Result<Voucher, Error> {
    let before = lock(tx, serial).await?;
    let pin = pin_hash(tx, serial, pin);
    let voucher = before.clone().activate(pin, tx.now())?;
    if voucher == before {
        return Ok(voucher);
    }
    keep(tx, &voucher).await?;
    tell::voucher_activated(tx, &voucher).await?;
    Ok(voucher)
}

/// Keeps an activated voucher from being redeemed.
#[instrument(skip_all, fields(voucher.serial = %serial))]
pub async fn suspend(tx: &Tx, serial: &SerialNumber) -> Result<Voucher, Error> {
    let voucher = lock(tx, serial).await?.suspend(tx.now())?;
    keep(tx, &voucher).await?;
    tell::voucher_suspended(tx, &voucher).await?;
    Ok(voucher)
}

/// Makes a suspended voucher redeemable again.
#[instrument(skip_all, fields(voucher.serial = %serial))]
pub async fn resume(tx: &Tx, serial: &SerialNumber) -> Result<Voucher, Error> {
    let voucher = lock(tx, serial).await?.resume(tx.now())?;
    keep(tx, &voucher).await?;
    tell::voucher_resumed(tx, &voucher).await?;
    Ok(voucher)
}

/// Makes a blocked voucher redeemable again.
#[instrument(skip_all, fields(voucher.serial = %serial))]
pub async fn unblock(
    tx: &Tx,
    serial: &SerialNumber,
    pin: Option<&Sensitive<String>>,
) -> Result<Voucher, Error> {
    let pin = pin_hash(tx, serial, pin);
    let voucher = lock(tx, serial).await?.unblock(pin, tx.now())?;
    keep(tx, &voucher).await?;
    tell::voucher_unblocked(tx, &voucher).await?;
    Ok(voucher)
}

/// Withdraws a voucher; what is left of it goes back to its pool.
#[instrument(skip_all, fields(voucher.serial = %serial))]
pub async fn cancel(tx: &Tx, serial: &SerialNumber) -> Result<Voucher, Error> {
    let (voucher, rest) = lock(tx, serial).await?.cancel(tx.now())?;
    give_back(tx, &voucher, rest).await?;
    tell::voucher_cancelled(tx, &voucher, rest).await?;
    Ok(voucher)
}

/// Erases what could redeem a voucher that has ended.
#[instrument(skip_all, fields(voucher.serial = %serial))]
pub async fn purge(tx: &Tx, serial: &SerialNumber) -> Result<Voucher, Error> {
    let voucher = lock(tx, serial).await?.purge(tx.now())?;
    store::voucher::purge(tx, &voucher).await?;
    tx.changed("voucher", voucher.id.uuid());
    tell::voucher_purged(tx, &voucher).await?;
    Ok(voucher)
}

/// Gets a voucher.
#[instrument(skip_all, fields(voucher.serial = %serial))]
pub async fn get(tx: &Tx, serial: &SerialNumber) -> Result<Voucher, Error> {
    let voucher = store::voucher::find(tx, serial).await?;
    Ok(voucher.ok_or(VoucherRefusal::VoucherNotFound)?.at(tx.now()))
}

/// Lists vouchers, newest first, and the id to continue after.
#[instrument(skip_all)]
pub async fn list(
    tx: &Tx,
    filter: VoucherFilter,
    page: &Page<Voucher>,
) -> Result<(Vec<Voucher>, Option<Id<Voucher>>), Error> {
    let mut vouchers = store::voucher::list(tx, filter, page).await?;
    let next = page.cut(&mut vouchers, |voucher| voucher.id);
    Ok((vouchers.into_iter().map(|voucher| voucher.at(tx.now())).collect(), next))
}

/// Vouchers of every agency that are due, from `after` on.
#[instrument(skip_all)]
pub async fn due(
    tx: &Tx,
    after: Option<(Timestamp, Id<Voucher>)>,
    limit: u64,
) -> Result<Vec<(Agency, Timestamp, Id<Voucher>)>, Error> {
    Ok(store::voucher::due(tx, after, limit).await?)
}

/// Expires a voucher if it is still due; not while somebody else holds it.
#[instrument(skip_all, fields(voucher.id = %id))]
pub async fn expire_if_due(tx: &Tx, id: Id<Voucher>) -> Result<bool, Error> {
    let voucher = store::voucher::lock_if_free(tx, id).await?;
    let Some(voucher) = voucher.filter(|voucher| voucher.is_due(tx.now())) else {
        return Ok(false);
    };
    let (voucher, rest) = voucher.expire(tx.now())?;
    give_back(tx, &voucher, rest).await?;
    tell::voucher_expired(tx, &voucher, rest).await?;
    Ok(true)
}

/// The keyed hash of a PIN, if there is one.
pub fn pin_hash(
    tx: &Tx,
    serial: &SerialNumber,
    pin: Option<&Sensitive<String>>,
) -> Option<PinHash> {
    pin.map(|pin| store::voucher::pin_hash(tx, serial, pin))
}

/// Writes a voucher back.
pub async fn keep(tx: &Tx, voucher: &Voucher) -> Result<(), Error> {
    tx.changed("voucher", voucher.id.uuid());
    Ok(store::voucher::update(tx, voucher).await?)
}

async fn lock(tx: &Tx, serial: &SerialNumber) -> Result<Voucher, Error> {
    Ok(store::voucher::lock(tx, serial).await?.ok_or(VoucherRefusal::VoucherNotFound)?)
}

/// Keeps a voucher that ended, and gives the rest of its money back to its pool.
async fn give_back(tx: &Tx, voucher: &Voucher, rest: Money) -> Result<(), Error> {
    keep(tx, voucher).await?;
    pool::change(tx, voucher.pool, PoolMove::Return, rest).await?;
    ledger::post(tx, Occasion::VoucherEnded, rest, voucher.id.uuid()).await
}

/// Keeps a fresh voucher under numbers that nobody can guess.
async fn insert(
    tx: &Tx,
    pool: &Pool,
    batch: Uuid,
    new: &NewVouchers,
) -> Result<(Voucher, VoucherNumber), Error> {
    for _ in 0..TRIES {
        let number = VoucherNumber::of(random()?);
        let serial = SerialNumber::of(random()?);
        let voucher = Voucher::preactivate(serial, pool, batch, new, tx.now());
        if store::voucher::insert(tx, &voucher, &number, &new.comment).await? {
            return Ok((voucher, number));
        }
    }
    Err(Error::NoVoucherNumber)
}

fn random() -> Result<u128, Error> {
    let mut random = [0; 16];
    rand::fill(&mut random).map_err(|_| Error::NoVoucherNumber)?;
    Ok(u128::from_be_bytes(random))
}
