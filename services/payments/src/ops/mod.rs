//! What happens: one function for each verb, each inside a transaction that its caller owns.

pub mod account;
pub mod bill;
pub mod closed_day;
pub mod credit;
pub mod dispute;
pub mod ledger;
pub mod reconciliation;
pub mod refund;
pub mod remittance;
pub mod reservation;
pub mod suspense;
pub mod tariff;
pub mod transfer;

use rangkai_db::Tx;

/// Who acts, where two people must: whoever the caller acts for, or else the caller.
fn person(tx: &Tx) -> &str {
    let caller = tx.caller();
    caller.on_behalf.as_deref().unwrap_or(&caller.id)
}
