//! Files of orders for a bank, and what comes of its reports about them.

use std::collections::BTreeMap;

use rangkai_primitives::{Agency, Id, Money, Timestamp};
use uuid::Uuid;

use super::{Envelope, Instruction, InstructionState, Outcome, StatusReport};

/// A file of orders that was written for a bank; never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RailFile {
    pub id: Id<RailFile>,
    /// What the bank's reports call it.
    pub name: String,
    pub envelope: Uuid,
    pub order_count: u64,
    /// The sum of its amounts, as the file itself says it.
    pub control_sum: String,
    pub create_time: Timestamp,
}

/// An order in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiledOrder {
    pub id: Uuid,
    pub envelope: Uuid,
    pub file: Id<RailFile>,
    /// What both sides know it by.
    pub end_to_end: String,
    pub amount: Money,
}

/// An order that nobody answered, for a rail to say what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub agency: Agency,
    pub envelope: Uuid,
    pub order: Uuid,
    /// What both sides know it by.
    pub end_to_end: String,
    pub amount: Money,
}

/// An order of which nobody knows what became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved {
    pub envelope: Id<Envelope>,
    pub instruction: Id<Instruction>,
    /// Unknown, or for a person to look into; an end, where the rail contradicts it.
    pub state: InstructionState,
    /// Whether the rail says otherwise than what is recorded.
    pub contradicted: bool,
    pub amount: Money,
    /// How many inquiries were made; none once it is a person's turn.
    pub inquiry_count: Option<i64>,
    /// When the next one is made.
    pub inquiry_time: Option<Timestamp>,
}

/// A bank's message that was imported; never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RailReport {
    pub id: Id<RailReport>,
    pub kind: ReportKind,
    /// The bank's own name for it.
    pub message: String,
    pub create_time: Timestamp,
}

/// Which message of ISO 20022 a report is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportKind {
    Pain002,
    Camt054,
}

impl ReportKind {
    /// The message without its variant and version.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pain002 => "pain.002",
            Self::Camt054 => "camt.054",
        }
    }
}

/// What a message of a bank did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    pub report: RailReport,
    /// How many orders came to their end by it.
    pub settled_count: u64,
    /// How many it says are under way.
    pub pending_count: u64,
    /// What it says of other orders, which changed nothing.
    pub exceptions: Vec<Exception>,
}

/// What a message says of an order without changing anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    pub end_to_end: String,
    pub kind: ExceptionKind,
}

/// Why nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExceptionKind {
    /// The order came to the same end before.
    Repeated,
    /// The order came to another end before.
    Contradicts,
    /// No file has such an order.
    UnknownOrder,
    /// The order is of another amount.
    AmountDiffers,
}

/// What a message says of an order, once it is known which order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub order: FiledOrder,
    pub outcome: Outcome,
}

/// A rule of rails said no. Each variant has one reason in `payments/v1/error_reason.proto`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RailRefusal {
    #[error("there is no such file")]
    FileNotFound,
    #[error("line {line}: {element} {why}")]
    Unreadable { element: &'static str, line: usize, why: &'static str },
    #[error("the message was imported before")]
    ReportTaken(Id<RailReport>),
    #[error("{element} is not what the file says")]
    ReportMismatch { file: Id<RailFile>, element: &'static str },
    #[error("the notice is about another account than the one that pays")]
    AccountWrong,
}

/// What `report` says of the `orders` of its file: words that mean something, and those that do not.
pub fn words(report: &StatusReport, orders: &[FiledOrder]) -> (Vec<Word>, Vec<Exception>) {
    let mut left: BTreeMap<_, _> =
        orders.iter().map(|order| (order.end_to_end.as_str(), order)).collect();
    let (mut words, mut exceptions) = (Vec::new(), Vec::new());
    for said in &report.orders {
        let order = left.remove(said.end_to_end.as_str());
        match weigh(order, said.amount) {
            Ok(order) => words.push(Word { order: order.clone(), outcome: said.outcome.clone() }),
            Err(kind) => {
                exceptions.push(Exception { end_to_end: said.end_to_end.clone(), kind });
            }
        }
    }
    if let Some(outcome) = &report.others {
        let rest = left.into_values();
        words.extend(rest.map(|order| Word { order: order.clone(), outcome: outcome.clone() }));
    }
    (words, exceptions)
}

/// The order, if it is known and of the amount that somebody says it is of.
pub fn weigh(
    order: Option<&FiledOrder>,
    amount: Option<Money>,
) -> Result<&FiledOrder, ExceptionKind> {
    let order = order.ok_or(ExceptionKind::UnknownOrder)?;
    let same = amount.is_none_or(|amount| amount == order.amount);
    if same { Ok(order) } else { Err(ExceptionKind::AmountDiffers) }
}

#[cfg(test)]
mod tests {
    use rangkai_primitives::Currency;

    use super::*;
    use crate::domain::OrderStatus;

    fn order(name: &str) -> FiledOrder {
        FiledOrder {
            id: Uuid::now_v7(),
            envelope: Uuid::now_v7(),
            file: Id::generate(),
            end_to_end: name.to_owned(),
            amount: Money::new(Currency::IDR, 100),
        }
    }

    fn status(name: &str, minor: i64) -> OrderStatus {
        let amount = Some(Money::new(Currency::IDR, minor));
        OrderStatus { end_to_end: name.to_owned(), outcome: Outcome::Pending, amount }
    }

    #[test]
    fn a_report_means_only_orders_of_its_file_and_their_amounts() {
        let others = Outcome::Failed { reason: "AM04".to_owned(), retry_safe: true };
        let report = StatusReport {
            id: "R".to_owned(),
            file: "F".to_owned(),
            order_count: None,
            sum: None,
            others: Some(others.clone()),
            orders: vec![status("A", 100), status("B", 101), status("X", 100)],
        };

        let (words, exceptions) = words(&report, &[order("A"), order("B"), order("C")]);

        let said: Vec<_> =
            words.iter().map(|word| (word.order.end_to_end.as_str(), &word.outcome)).collect();
        assert_eq!(said, [("A", &Outcome::Pending), ("C", &others)]);
        let kinds: Vec<_> = exceptions.iter().map(|exception| exception.kind).collect();
        assert_eq!(kinds, [ExceptionKind::AmountDiffers, ExceptionKind::UnknownOrder]);
    }
}
