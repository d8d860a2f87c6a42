//! What is true about fees, bills, refunds and the ledger: pure types and their rules.

mod bank;
mod bank_statement;
mod bill;
mod chart;
mod closed_day;
mod code;
mod dispute;
mod ledger;
mod order;
mod proof;
mod reconciliation;
mod reconciliation_refusal;
mod refund;
mod refusal;
mod remittance;
mod tariff;

pub use bank::BankReference;
pub use bank_statement::{BankStatement, BankStatementLine, Flow, NewBankStatement};
pub use bill::{Bill, BillFilter, BillState, NewBill};
pub use chart::{AccountCode, AccountKind, Occasion};
pub use closed_day::{ClosedDay, DayTotal, Posted, finish, may_close};
pub use code::BillingCode;
pub use dispute::{Dispute, DisputeReason, DisputeState, NewDispute};
pub use ledger::{Account, Direction, Entry, Transfer};
pub use order::{FinancialAddress, Order, Outcome, next_inquiry};
pub use proof::{AccountSums, Proof, prove};
pub use reconciliation::{Break, BreakKind, BreakState, Recorded, Resolution, compare};
pub use reconciliation_refusal::ReconciliationRefusal;
pub use refund::{NewRefund, Refund, RefundState};
pub use refusal::Refusal;
pub use remittance::{NewRemittance, Remittance};
pub use tariff::{FeeItem, NewTariff, Quote, QuoteLine, Tariff, Text};
