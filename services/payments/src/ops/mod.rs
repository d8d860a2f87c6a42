//! What happens: one function for each verb, each inside a transaction that its caller owns.

pub mod bill;
pub mod envelope;
pub mod fund;
pub mod instruction;
pub mod intake;
pub mod ledger;
pub mod pace;
pub mod payee;
pub mod rail;
pub mod refund;
pub mod release;
pub mod remittance;
pub mod tariff;
pub mod validation;
