//! Facts about pools and vouchers; none of them holds a secret number.

use rangkai_db::{DbErr, Tx};
use rangkai_events::record;
use rangkai_primitives::{Id, Money};
use rangkai_proto::payments::v1::{
    PoolCreated, PoolDrained, PoolFunded, VoucherActivated, VoucherBlocked, VoucherCancelled,
    VoucherExpired, VoucherPreactivated, VoucherPurged, VoucherRedeemed, VoucherResumed,
    VoucherSuspended, VoucherUnblocked,
};

use crate::domain::{Pool, PoolMove, Redemption, Voucher};

/// A pool was made.
pub async fn pool_created(tx: &Tx, pool: &Pool) -> Result<(), DbErr> {
    let fact = PoolCreated { pool_id: pool.id.to_string(), code: pool.code.clone() };
    record(tx, pool.id.uuid(), &fact).await
}

/// Money was put into a pool, or taken out of it.
pub async fn pool_moved(
    tx: &Tx,
    pool: Id<Pool>,
    happens: PoolMove,
    amount: Money,
) -> Result<(), DbErr> {
    let (pool_id, amount) = (pool.to_string(), Some(amount.into()));
    match happens {
        PoolMove::Fund => record(tx, pool.uuid(), &PoolFunded { pool_id, amount }).await,
        PoolMove::Drain => record(tx, pool.uuid(), &PoolDrained { pool_id, amount }).await,
        // The vouchers tell these.
        PoolMove::Promise | PoolMove::Return | PoolMove::Redeem => Ok(()),
    }
}

/// A voucher was made.
pub async fn voucher_preactivated(tx: &Tx, voucher: &Voucher) -> Result<(), DbErr> {
    let fact = VoucherPreactivated {
        voucher_id: voucher.id.to_string(),
        serial_number: voucher.serial.to_string(),
        pool_code: voucher.pool_code.clone(),
        amount: Some(voucher.amount.into()),
    };
    record(tx, voucher.id.uuid(), &fact).await
}

/// A voucher was redeemed.
pub async fn voucher_redeemed(tx: &Tx, redemption: &Redemption) -> Result<(), DbErr> {
    let fact = VoucherRedeemed {
        voucher_id: redemption.voucher.to_string(),
        serial_number: redemption.serial.to_string(),
        redemption_id: redemption.id.to_string(),
        merchant_id: redemption.merchant.to_string(),
        amount: Some(redemption.amount.into()),
        remaining: Some(redemption.remaining.into()),
    };
    record(tx, redemption.voucher.uuid(), &fact).await
}

/// A voucher became redeemable.
pub async fn voucher_activated(tx: &Tx, voucher: &Voucher) -> Result<(), DbErr> {
    let (voucher_id, serial_number) = (voucher.id.to_string(), voucher.serial.to_string());
    record(tx, voucher.id.uuid(), &VoucherActivated { voucher_id, serial_number }).await
}

/// A voucher was suspended.
pub async fn voucher_suspended(tx: &Tx, voucher: &Voucher) -> Result<(), DbErr> {
    let (voucher_id, serial_number) = (voucher.id.to_string(), voucher.serial.to_string());
    record(tx, voucher.id.uuid(), &VoucherSuspended { voucher_id, serial_number }).await
}

/// A suspended voucher is redeemable again.
pub async fn voucher_resumed(tx: &Tx, voucher: &Voucher) -> Result<(), DbErr> {
    let (voucher_id, serial_number) = (voucher.id.to_string(), voucher.serial.to_string());
    record(tx, voucher.id.uuid(), &VoucherResumed { voucher_id, serial_number }).await
}

/// The PIN of a voucher was wrong too often.
pub async fn voucher_blocked(tx: &Tx, voucher: &Voucher) -> Result<(), DbErr> {
    let (voucher_id, serial_number) = (voucher.id.to_string(), voucher.serial.to_string());
    record(tx, voucher.id.uuid(), &VoucherBlocked { voucher_id, serial_number }).await
}

/// A blocked voucher is redeemable again.
pub async fn voucher_unblocked(tx: &Tx, voucher: &Voucher) -> Result<(), DbErr> {
    let (voucher_id, serial_number) = (voucher.id.to_string(), voucher.serial.to_string());
    record(tx, voucher.id.uuid(), &VoucherUnblocked { voucher_id, serial_number }).await
}

/// What could redeem a voucher was erased.
pub async fn voucher_purged(tx: &Tx, voucher: &Voucher) -> Result<(), DbErr> {
    let (voucher_id, serial_number) = (voucher.id.to_string(), voucher.serial.to_string());
    record(tx, voucher.id.uuid(), &VoucherPurged { voucher_id, serial_number }).await
}

/// A voucher was withdrawn.
pub async fn voucher_cancelled(tx: &Tx, voucher: &Voucher, rest: Money) -> Result<(), DbErr> {
    let (voucher_id, serial_number) = (voucher.id.to_string(), voucher.serial.to_string());
    let fact = VoucherCancelled { voucher_id, serial_number, returned: Some(rest.into()) };
    record(tx, voucher.id.uuid(), &fact).await
}

/// A voucher was not redeemed in time.
pub async fn voucher_expired(tx: &Tx, voucher: &Voucher, rest: Money) -> Result<(), DbErr> {
    let (voucher_id, serial_number) = (voucher.id.to_string(), voucher.serial.to_string());
    let fact = VoucherExpired { voucher_id, serial_number, returned: Some(rest.into()) };
    record(tx, voucher.id.uuid(), &fact).await
}
