//! The facts that this block records for others, a file for each thing.

mod bill;
mod credit;
mod part;
mod refund;

pub use bill::{
    bill_amended, bill_cancelled, bill_expired, bill_issued, bill_paid, nothing_owed,
    tariff_published,
};
pub use credit::{credit_applied, credit_granted, credit_refunded};
pub use part::{part_overdue, part_paid};
pub use refund::{claim_moved, refund_credited, refund_issued, refund_paid, treasury_swept};
