//! What is true about fees, bills, refunds and the ledger: pure types and their rules.

mod bank;
mod bill;
mod chart;
mod code;
mod guess;
mod ledger;
mod merchant;
mod order;
mod pool;
mod proof;
mod refund;
mod refusal;
mod remittance;
mod sample;
mod tariff;
mod voucher;
mod voucher_number;
mod voucher_pin;
mod voucher_refusal;
mod voucher_state;

pub use bank::BankReference;
pub use bill::{Bill, BillFilter, BillState, NewBill};
pub use chart::{AccountCode, AccountKind, Occasion};
pub use code::BillingCode;
pub use guess::{GuessLimit, Guesses};
pub use ledger::{Account, Direction, Entry, Transfer};
pub use merchant::{
    Merchant, MerchantIdentity, MerchantSettlement, NamedRedemption, NewMerchant, NewRedemption,
    Redemption,
};
pub use order::{FinancialAddress, Order, Outcome, next_inquiry};
pub use pool::{FULL_POOL_MINOR, Pool, PoolMove};
pub use proof::{AccountSums, Proof, prove};
pub use refund::{NewRefund, Refund, RefundState};
pub use refusal::Refusal;
pub use remittance::{NewRemittance, Remittance};
pub use sample::{SamplePool, SampleVoucher, Samples};
pub use tariff::{FeeItem, NewTariff, Quote, QuoteLine, Tariff, Text};
pub use voucher::{IssuedVoucher, NewVouchers, Voucher, VoucherFilter};
pub use voucher_number::{SerialNumber, VoucherNumber};
pub use voucher_pin::{PinCheck, PinHash};
pub use voucher_refusal::VoucherRefusal;
pub use voucher_state::VoucherState;
