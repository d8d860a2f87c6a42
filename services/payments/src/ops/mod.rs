//! What happens: one function for each verb, each inside a transaction that its caller owns.

pub mod bill;
pub mod ledger;
pub mod refund;
pub mod remittance;
pub mod suspense;
pub mod tariff;
