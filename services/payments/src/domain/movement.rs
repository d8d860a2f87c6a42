//! What a bank says about an account: statements of days gone by, and notices of single movements.

use chrono::NaiveDate;
use rangkai_primitives::{Money, Sensitive, Timestamp};

use super::{BankAccount, BankStatementLine, Direction, Flow, NewBankStatement};

/// What happened on an account between two days, both included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementMessage {
    /// The number of the account at its bank.
    pub account: String,
    /// The bank's own name for the statement.
    pub id: String,
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// What was on the account before the first entry; less than nothing if it was overdrawn.
    pub opening: Money,
    /// What was on it after the last: the opening balance and all entries.
    pub closing: Money,
    pub entries: Vec<Movement>,
}

/// Movements of an account that its bank tells of at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The number of the account at its bank.
    pub account: String,
    /// The bank's own name for the notice.
    pub id: String,
    pub entries: Vec<Movement>,
}

/// One movement of money on an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// The bank's own number of it: used once on a statement.
    pub reference: String,
    /// What both sides know the payment by, if the bank says it.
    pub end_to_end: Option<String>,
    /// What our file calls the payment, where the bank booked all of its orders at once and lists none.
    pub payment: Option<String>,
    /// More than nothing.
    pub amount: Money,
    /// As the bank sees it: a credit came in, a debit went out.
    pub direction: Direction,
    pub booked: Timestamp,
    /// What the payer wrote.
    pub remittance: Sensitive<String>,
    /// Why the money came back, as an external return reason of ISO 20022, when it did.
    pub returned: Option<String>,
}

impl StatementMessage {
    /// The opening balance and all entries; none if it is too much to count.
    pub fn sum(opening: Money, entries: &[Movement]) -> Option<Money> {
        let sum = entries.iter().map(Movement::change).sum::<i128>();
        let minor = i64::try_from(i128::from(opening.minor()) + sum).ok()?;
        Some(Money::new(opening.currency(), minor))
    }
}

impl StatementMessage {
    /// The statement of an account at a bank as it is reconciled; none unless it is of one day.
    pub fn of_one_day(
        self,
        bank_code: &str,
        account: Option<BankAccount>,
    ) -> Option<NewBankStatement> {
        let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
        let line = |movement: Movement| BankStatementLine {
            reference: movement.reference,
            flow: match movement.direction {
                Direction::Credit => Flow::In,
                Direction::Debit => Flow::Out,
            },
            amount: movement.amount,
            end_to_end: movement.end_to_end,
            payment: movement.payment,
        };
        (self.from == self.to).then(|| NewBankStatement {
            bank_code: bank_code.to_owned(),
            account,
            number: self.id.chars().map(plain).collect(),
            day: self.to,
            opening: self.opening,
            closing: self.closing,
            lines: self.entries.into_iter().map(line).collect(),
        })
    }
}

impl Movement {
    /// How the balance of the account moved, in minor units.
    pub fn change(&self) -> i128 {
        let minor = i128::from(self.amount.minor());
        match self.direction {
            Direction::Credit => minor,
            Direction::Debit => -minor,
        }
    }
}
