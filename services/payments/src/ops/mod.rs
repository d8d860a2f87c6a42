//! What happens: one function for each verb, each inside a transaction that its caller owns.

pub mod bill;
pub mod ledger;
pub mod merchant;
pub mod pool;
pub mod redemption;
pub mod refund;
pub mod remittance;
pub mod sample;
pub mod tariff;
pub mod voucher;
