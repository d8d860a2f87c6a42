//! Messages between us and banks as ISO 20022 writes them: orders out, reports and statements in.
//! Nothing here knows a database or a network.
//!
//! | Message           | Says                                  |        |
//! |-------------------|---------------------------------------|--------|
//! | `pain.001.001.09` | pay these people                      | out    |
//! | `pain.002.001.12` | what became of the orders of a file   | in     |
//! | `camt.053.001.08` | what happened on an account that day  | in     |
//! | `camt.054.001.08` | what happened on an account just now  | in     |

mod account;
mod camt_053;
mod camt_054;
mod entry;
mod pain_001;
mod pain_002;
mod reason;
#[cfg(test)]
mod tests;
mod value;
mod write;
mod xml;

pub use pain_001::{Debtor, Initiation, control_sum};
pub use reason::{NEVER_LEFT, is_retry_safe};
pub use write::{Writer, decimal};

use crate::domain::{Notice, StatementMessage, StatusReport};

/// Why a message cannot be read: where, and what is wrong there. Nothing of its content is repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {element} {why}")]
pub struct Unreadable {
    /// The element, by its name in the schema; `Document` for the message as a whole.
    pub element: &'static str,
    /// The line on which it begins, counted from 1.
    pub line: usize,
    /// What is wrong with it, as the end of a sentence.
    pub why: &'static str,
}

/// A message that a bank may send about the orders that it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    Status(StatusReport),
    Notices(Vec<Notice>),
}

/// Reads a `pain.002` or a `camt.054`, whichever it is.
///
/// # Errors
///
/// Where and why it cannot be read.
pub fn read_report(bytes: &[u8]) -> Result<Message, Unreadable> {
    let document = xml::read(bytes, &[pain_002::NAMESPACE, camt_054::NAMESPACE])?;
    if document.namespace == pain_002::NAMESPACE {
        pain_002::read(&document.root).map(Message::Status)
    } else {
        camt_054::read(&document.root).map(Message::Notices)
    }
}

/// Reads the statements of a `camt.053`.
///
/// # Errors
///
/// Where and why it cannot be read.
pub fn read_statements(bytes: &[u8]) -> Result<Vec<StatementMessage>, Unreadable> {
    camt_053::read(&xml::read(bytes, &[camt_053::NAMESPACE])?.root)
}
