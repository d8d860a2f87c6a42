//! The facts that this block records for others, a file for each thing.

mod bill;
mod merchant;
mod voucher;

pub use bill::{
    bill_cancelled, bill_expired, bill_issued, bill_paid, nothing_owed, refund_issued, refund_paid,
    tariff_published,
};
pub use merchant::{merchant_paid, merchant_registered};
pub use voucher::{
    pool_created, pool_moved, voucher_activated, voucher_blocked, voucher_cancelled,
    voucher_expired, voucher_preactivated, voucher_purged, voucher_redeemed, voucher_resumed,
    voucher_suspended, voucher_unblocked,
};
