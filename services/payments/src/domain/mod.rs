//! What is true about fees, bills, refunds and the ledger: pure types and their rules.

mod account;
mod bank;
mod bill;
mod book;
mod chart;
mod code;
mod command;
mod ledger_refusal;
mod order;
mod proof;
mod refund;
mod refusal;
mod remittance;
mod reservation;
mod statement;
mod tariff;
mod transfer;

pub use account::{Account, Balances, Change, Direction, FURTHEST_MINOR, NewAccount};
pub use bank::BankReference;
pub use bill::{Bill, BillFilter, BillState, NewBill};
pub use book::{Book, Changes};
pub use chart::{AccountCode, AccountKind, Occasion};
pub use code::BillingCode;
pub use command::{Applied, Command, Needs};
pub use ledger_refusal::{LedgerRefusal, Refused};
pub use order::{FinancialAddress, Order, Outcome, next_inquiry};
pub use proof::{AccountSums, Proof, prove};
pub use refund::{NewRefund, Refund, RefundState};
pub use refusal::Refusal;
pub use remittance::{NewRemittance, Remittance};
pub use reservation::{Reservation, ReservationState};
pub use statement::{Period, Statement};
pub use tariff::{FeeItem, NewTariff, Quote, QuoteLine, Tariff, Text};
pub use transfer::{Entry, Line, NewTransfer, Place, Transfer, TransferKind};
