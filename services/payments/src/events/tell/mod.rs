//! The facts that this block records for others, a file for each thing.

mod bill;
mod credit;
mod ledger;
mod reconciliation;
mod suspense;

pub use bill::{
    bill_cancelled, bill_expired, bill_issued, bill_paid, nothing_owed, refund_issued, refund_paid,
    tariff_published,
};
pub use credit::{credit_applied, credit_granted};
pub use ledger::{account_closed, account_opened, all, moved};
pub use reconciliation::{
    break_resolved, day_closed, dispute_changed, resolution_proposed, statement_imported,
};
pub use suspense::{suspense_opened, suspense_proposed, suspense_resolved, suspense_returned};
