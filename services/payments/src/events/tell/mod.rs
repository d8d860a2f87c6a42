//! The facts that this block records for others, a file for each thing.

mod bill;
mod envelope;
mod payee;
mod rail;

pub use bill::{
    bill_cancelled, bill_expired, bill_issued, bill_paid, nothing_owed, refund_issued, refund_paid,
    tariff_published,
};
pub use envelope::{
    batch_settled, envelope_approved, envelope_cancelled, envelope_completed, envelope_created,
    envelope_paused, envelope_released, envelope_resumed, envelope_sealed, envelope_validated,
    instruction_resolved, instruction_retried,
};
pub use payee::{funding_recorded, payee_linked, payee_unlinked, payee_updated, payees_linked};
pub use rail::{rail_file_written, rail_report_imported};
