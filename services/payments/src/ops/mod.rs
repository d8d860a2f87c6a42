//! What happens: one function for each verb, each inside a transaction that its caller owns.

pub mod account;
pub mod bill;
pub mod ledger;
pub mod refund;
pub mod remittance;
pub mod reservation;
pub mod tariff;
pub mod transfer;
