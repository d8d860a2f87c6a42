//! What is true about fees, bills, refunds and the ledger: pure types and their rules.

mod bank;
mod bill;
mod chart;
mod code;
mod contents;
mod envelope;
mod envelope_refusal;
mod envelope_words;
mod funding;
mod instruction;
mod ledger;
mod movement;
mod name;
mod order;
mod pace;
mod payable;
mod payee;
mod proof;
mod rail;
mod refund;
mod refusal;
mod remittance;
mod report;
mod resolution;
mod tally;
mod tariff;

pub use bank::BankReference;
pub use bill::{Bill, BillFilter, BillState, NewBill};
pub use chart::{AccountCode, AccountKind, Occasion};
pub use code::BillingCode;
pub use contents::Contents;
pub use envelope::{Envelope, EnvelopeState, Limits, NewEnvelope, PauseReason};
pub use envelope_refusal::EnvelopeRefusal;
pub use funding::{Funding, FundingDirection};
pub use instruction::{Finding, Findings, Heard, Instruction, InstructionState, NewInstruction};
pub use ledger::{Account, Direction, Entry, Transfer};
pub use movement::{Movement, Notice, StatementMessage};
pub use name::{is_plausible, plain_name};
pub use order::{FinancialAddress, Order, Outcome, SILENCE, next_inquiry, next_report};
pub use pace::Pace;
pub use payable::{payable, payable_total};
pub use payee::{LinkedMany, NewPayee, Payee, PayeeRef, PayeeState, PayeeVerdict};
pub use proof::{AccountSums, Proof, prove};
pub use rail::{
    Exception, ExceptionKind, FiledOrder, Imported, Question, RailFile, RailRefusal, RailReport,
    ReportKind, Unresolved, Word, weigh, words,
};
pub use refund::{NewRefund, Refund, RefundState};
pub use refusal::Refusal;
pub use remittance::{NewRemittance, Remittance};
pub use report::{OrderStatus, StatusReport};
pub use resolution::Resolution;
pub use tally::{ReportLine, Tallies, Tally};
pub use tariff::{FeeItem, NewTariff, Quote, QuoteLine, Tariff, Text};
