//! The facts that this block records for others, a file for each thing.

mod bill;
mod collection;
mod credit;
mod envelope;
mod ledger;
mod merchant;
mod part;
mod payee;
mod rail;
mod reconciliation;
mod refund;
mod remittance;
mod suspense;
mod voucher;

pub use bill::{
    bill_amended, bill_cancelled, bill_expired, bill_issued, bill_paid, nothing_owed,
    tariff_published,
};
pub use collection::{collection_changed, collection_opened};
pub use credit::{credit_applied, credit_granted, credit_refunded};
pub use envelope::{
    batch_settled, envelope_approved, envelope_cancelled, envelope_completed, envelope_created,
    envelope_paused, envelope_released, envelope_resumed, envelope_sealed, envelope_stop_requested,
    envelope_stopped, envelope_validated, instruction_resolved, instruction_retried,
};
pub use ledger::{account_closed, account_opened, all, moved};
pub use merchant::{merchant_paid, merchant_registered};
pub use part::{part_overdue, part_paid};
pub use payee::{funding_recorded, payee_linked, payee_unlinked, payee_updated, payees_linked};
pub use rail::{rail_file_written, rail_report_imported};
pub use reconciliation::{
    break_resolved, break_settled, breaks_found, day_closed, dispute_changed, resolution_proposed,
    statement_imported,
};
pub use refund::{claim_moved, refund_credited, refund_issued, refund_paid, treasury_swept};
pub use remittance::remittances_imported;
pub use suspense::{suspense_opened, suspense_proposed, suspense_resolved, suspense_returned};
pub use voucher::{
    pool_created, pool_moved, voucher_activated, voucher_blocked, voucher_cancelled,
    voucher_expired, voucher_preactivated, voucher_purged, voucher_redeemed, voucher_resumed,
    voucher_suspended, voucher_unblocked,
};
