//! Setting money aside for vouchers.

use rangkai_db::Tx;
use rangkai_primitives::{Currency, Id, Money, Page};
use tracing::instrument;

use super::ledger;
use crate::{
    domain::{BankMovement, BankReference, Occasion, Pool, PoolMove, Purpose, VoucherRefusal},
    error::Error,
    events::tell,
    store,
};

/// Makes an empty pool.
#[instrument(skip_all, fields(pool.code = code))]
pub async fn create(tx: &Tx, code: String, currency: Currency) -> Result<Pool, Error> {
    let pool = Pool::create(Id::generate(), code, currency, tx.now());
    if !store::pool::insert(tx, &pool).await? {
        return Err(VoucherRefusal::PoolTaken(pool.code).into());
    }
    tx.changed("pool", pool.id.uuid());
    tell::pool_created(tx, &pool).await?;
    Ok(pool)
}

/// Puts money into a pool that the treasury gave with `document`; once, whatever the pool.
#[instrument(skip_all, fields(pool.id = %id))]
pub async fn fund(
    tx: &Tx,
    id: Id<Pool>,
    amount: Money,
    (document, bank): (&str, Option<BankReference>),
) -> Result<Pool, Error> {
    let pool = change(tx, id, PoolMove::Fund, amount).await?;
    let movement = Id::<PoolMove>::generate().uuid();
    if !store::pool::insert_funding(tx, movement, &pool, amount, document).await? {
        return Err(VoucherRefusal::DocumentTaken(document.to_owned()).into());
    }
    let moved =
        BankMovement::record(Purpose::PoolFunded, movement, amount, bank.as_ref(), tx.now());
    shifted(tx, pool, (PoolMove::Fund, Occasion::PoolFunded), moved).await
}

/// Takes money out of a pool that no voucher promises.
#[instrument(skip_all, fields(pool.id = %id))]
pub async fn drain(
    tx: &Tx,
    id: Id<Pool>,
    amount: Money,
    bank: Option<BankReference>,
) -> Result<Pool, Error> {
    let pool = change(tx, id, PoolMove::Drain, amount).await?;
    let movement = Id::<PoolMove>::generate().uuid();
    store::pool::insert_draining(tx, movement, &pool, amount).await?;
    let moved =
        BankMovement::record(Purpose::PoolDrained, movement, amount, bank.as_ref(), tx.now());
    shifted(tx, pool, (PoolMove::Drain, Occasion::PoolDrained), moved).await
}

/// Gets a pool.
#[instrument(skip_all, fields(pool.id = %id))]
pub async fn get(tx: &Tx, id: Id<Pool>) -> Result<Pool, Error> {
    Ok(store::pool::find(tx, id).await?.ok_or(VoucherRefusal::PoolNotFound)?)
}

/// Gets a pool by its code.
#[instrument(skip_all)]
pub async fn get_by_code(tx: &Tx, code: &str) -> Result<Pool, Error> {
    Ok(store::pool::find_by_code(tx, code).await?.ok_or(VoucherRefusal::PoolNotFound)?)
}

/// Lists pools, newest first, and the id to continue after.
#[instrument(skip_all)]
pub async fn list(tx: &Tx, page: &Page<Pool>) -> Result<(Vec<Pool>, Option<Id<Pool>>), Error> {
    let mut pools = store::pool::list(tx, page).await?;
    let next = page.cut(&mut pools, |pool| pool.id);
    Ok((pools, next))
}

/// Moves money of a pool, if it has enough of it.
pub async fn change(
    tx: &Tx,
    id: Id<Pool>,
    happens: PoolMove,
    amount: Money,
) -> Result<Pool, Error> {
    let pool = get(tx, id).await?;
    if pool.currency != amount.currency() {
        let (pool, currency) = (pool.code, pool.currency);
        return Err(VoucherRefusal::PoolCurrency { pool, currency }.into());
    }
    let changed = store::pool::change(tx, id, happens, amount.minor()).await?;
    let refusal = match happens {
        PoolMove::Fund => VoucherRefusal::PoolFull(pool.code),
        PoolMove::Drain | PoolMove::Promise | PoolMove::Return | PoolMove::Redeem => {
            VoucherRefusal::PoolShort(pool.code)
        }
    };
    Ok(changed.ok_or(refusal)?)
}

/// Posts and tells what moved a pool.
async fn shifted(
    tx: &Tx,
    pool: Pool,
    (happens, occasion): (PoolMove, Occasion),
    moved: BankMovement,
) -> Result<Pool, Error> {
    tx.changed("pool", pool.id.uuid());
    super::expect_unused(store::bank_movement::insert(tx, &moved).await?, &moved)?;
    ledger::post_out(tx, occasion, moved.amount, moved.source).await?;
    tell::pool_moved(tx, pool.id, happens, moved.amount).await?;
    Ok(pool)
}
