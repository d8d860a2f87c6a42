//! What is true about fees, bills, refunds and the ledger: pure types and their rules.

mod account_statement;
mod bank;
mod bill;
mod chart;
mod code;
mod envelope;
mod ledger;
mod order;
mod pace;
mod proof;
mod rail;
mod refund;
mod refusal;
mod remittance;
mod report;
mod tariff;

pub use account_statement::{AccountStatement, Movement, Notice};
pub use bank::BankReference;
pub use bill::{Bill, BillFilter, BillState, NewBill};
pub use chart::{AccountCode, AccountKind, Occasion};
pub use code::BillingCode;
pub use envelope::Envelope;
pub use ledger::{Account, Direction, Entry, Transfer};
pub use order::{FinancialAddress, Order, Outcome, next_inquiry};
pub use pace::Pace;
pub use proof::{AccountSums, Proof, prove};
pub use rail::{
    Exception, ExceptionKind, FiledOrder, Imported, Question, RailFile, RailRefusal, RailReport,
    ReportKind, Word, weigh, words,
};
pub use refund::{NewRefund, Refund, RefundState};
pub use refusal::Refusal;
pub use remittance::{NewRemittance, Remittance};
pub use report::{OrderStatus, StatusReport};
pub use tariff::{FeeItem, NewTariff, Quote, QuoteLine, Tariff, Text};
