//! What happens: one function for each verb, each inside a transaction that its caller owns.

pub mod bill;
pub mod claim;
pub mod credit;
pub mod expiry;
pub mod ledger;
pub mod refund;
pub mod remittance;
pub mod tariff;
pub mod treasury;
