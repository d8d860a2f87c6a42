//! The facts that this block records for others, a file for each thing.

mod bill;
mod rail;

pub use bill::{
    bill_cancelled, bill_expired, bill_issued, bill_paid, nothing_owed, refund_issued, refund_paid,
    tariff_published,
};
pub use rail::{rail_file_written, rail_report_imported};
