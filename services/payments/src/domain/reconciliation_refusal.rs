//! What the rules of reconciliation, of closing days and of disputes say no to.

use chrono::NaiveDate;
use rangkai_primitives::{Currency, Id, Money};

use super::{AccountCode, BankStatement, Break, Dispute, DisputeState};

/// A rule said no. Each variant has one reason in `payments/v1/error_reason.proto`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReconciliationRefusal {
    #[error("the statement, or one of its bank for that day, was imported as {0}")]
    StatementImported(Id<BankStatement>),
    #[error("the lines do not lead from the opening to the closing balance")]
    StatementUnbalanced { expected: i128, currency: Currency },
    #[error("the opening balance is not the closing balance of the statement before")]
    StatementGap { expected: Money },
    #[error("a statement of the bank for {0} was imported")]
    StatementOutOfOrder(NaiveDate),
    #[error("there is no such break")]
    BreakNotFound,
    #[error("break {0} is resolved")]
    BreakResolved(Id<Break>),
    #[error("nobody proposed what break {0} is")]
    BreakNotProposed(Id<Break>),
    #[error("break {0} cannot turn out to be that")]
    ResolutionUnfit(Id<Break>),
    #[error("the two sides of break {0} still differ")]
    StillUnmatched(Id<Break>),
    #[error("the second person must be another one than the first")]
    SamePerson,
    #[error("{0} can be closed five minutes after its end")]
    DayNotOver(NaiveDate),
    #[error("{0} is closed")]
    DayClosed(NaiveDate),
    #[error("{0} is to be closed first")]
    DayOutOfOrder(NaiveDate),
    #[error("there is no statement of bank {0} for that day")]
    StatementMissing(String),
    #[error("{0} breaks are not resolved")]
    BreaksOpen(i64),
    #[error("the ledger does not prove; nothing is closed over that")]
    LedgerNotSound,
    #[error("there is no such dispute")]
    DisputeNotFound,
    #[error("the bank's number of the dispute was recorded as {0}")]
    DisputeKnown(Id<Dispute>),
    #[error("dispute {dispute} is {}", .state.as_str())]
    DisputeEnded { dispute: Id<Dispute>, state: DisputeState },
    #[error("the account {} at the banks does not hold that much", .account.as_str())]
    BankShort {
        account: AccountCode,
        amount: Money,
        /// What it holds; not for a bank to know.
        available_minor: Option<i128>,
    },
}
