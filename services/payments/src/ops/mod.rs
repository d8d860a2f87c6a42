//! What happens: one function for each verb, each inside a transaction that its caller owns.

pub mod account;
pub mod bill;
pub mod bulk;
pub mod case;
pub mod claim;
pub mod closed_day;
pub mod collection;
pub mod credit;
pub mod dispute;
pub mod envelope;
pub mod expiry;
pub mod fund;
pub mod inquiry;
pub mod instruction;
pub mod ledger;
pub mod merchant;
pub mod pace;
pub mod payee;
pub mod pool;
pub mod rail;
pub mod reconciliation;
pub mod redemption;
pub mod refund;
pub mod release;
pub mod remittance;
pub mod remittance_import;
pub mod reservation;
pub mod sample;
pub mod stop;
pub mod suspense;
pub mod tariff;
pub mod transfer;
pub mod treasury;
pub mod validation;
pub mod voucher;

use rangkai_db::Tx;

use crate::domain::{BankMovement, Refusal};

/// Says no where a bank's number turned out to be used for something else.
fn expect_unused(free: bool, moved: &BankMovement) -> Result<(), Refusal> {
    if free {
        return Ok(());
    }
    Err(Refusal::BankReferenceTaken(moved.number.clone().unwrap_or_default()))
}

/// Who acts, where two people must: each officer is a client of its own.
fn person(tx: &Tx) -> &str {
    &tx.caller().id
}
