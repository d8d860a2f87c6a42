//! What happens: one function for each verb, each inside a transaction that its caller owns.

pub mod bill;
pub mod instruction;
pub mod ledger;
pub mod pace;
pub mod rail;
pub mod refund;
pub mod remittance;
pub mod tariff;
