//! What a bank says about one account on one day.

use std::str::FromStr;

use chrono::NaiveDate;
use rangkai_primitives::{Id, Money, Timestamp};

use super::{BankAccount, ReconciliationRefusal};

/// A statement as it was imported; never changed.
#[derive(Clone, Debug)]
pub struct BankStatement {
    pub id: Id<BankStatement>,
    pub bank_code: String,
    /// None where one account at the bank holds all of the agency's money.
    pub account: Option<BankAccount>,
    pub number: String,
    pub day: NaiveDate,
    pub opening: Money,
    pub closing: Money,
    pub line_count: usize,
    pub matched_count: usize,
    pub break_count: usize,
    pub create_time: Timestamp,
}

/// What a bank sends; holding one means that each amount is in the same currency.
#[derive(Clone, Debug)]
pub struct NewBankStatement {
    pub bank_code: String,
    /// None where one account at the bank holds all of the agency's money.
    pub account: Option<BankAccount>,
    pub number: String,
    pub day: NaiveDate,
    pub opening: Money,
    pub closing: Money,
    pub lines: Vec<BankStatementLine>,
}

/// One movement as the bank booked it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankStatementLine {
    /// The bank's own number.
    pub reference: String,
    pub flow: Flow,
    /// More than nothing.
    pub amount: Money,
    /// What both sides know an order by, if the line books one.
    pub end_to_end: Option<String>,
    /// What a file calls the payment, if the line books all of its orders at once.
    pub payment: Option<String>,
}

/// Which way money went at the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flow {
    In,
    Out,
}

impl NewBankStatement {
    /// Says no unless the lines lead from the opening to the closing balance.
    pub fn balanced(&self) -> Result<(), ReconciliationRefusal> {
        let moved: i128 = self.lines.iter().map(BankStatementLine::signed).sum();
        let expected = i128::from(self.opening.minor()) + moved;
        if expected == i128::from(self.closing.minor()) {
            return Ok(());
        }
        let currency = self.opening.currency();
        Err(ReconciliationRefusal::StatementUnbalanced { expected, currency })
    }

    /// Says no unless it goes on where the statement before ended.
    pub fn follows(&self, before: &BankStatement) -> Result<(), ReconciliationRefusal> {
        if before.day > self.day {
            return Err(ReconciliationRefusal::StatementOutOfOrder(before.day));
        }
        if before.closing == self.opening {
            return Ok(());
        }
        Err(ReconciliationRefusal::StatementGap { expected: before.closing })
    }
}

impl BankStatementLine {
    fn signed(&self) -> i128 {
        let minor = i128::from(self.amount.minor());
        match self.flow {
            Flow::In => minor,
            Flow::Out => -minor,
        }
    }
}

impl Flow {
    /// The name that the tables use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

impl FromStr for Flow {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::In, Self::Out].into_iter().find(|flow| flow.as_str() == text).ok_or("is no flow")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rangkai_primitives::Currency;

    fn rupiah(minor: i64) -> Money {
        Money::new(Currency::IDR, minor)
    }

    fn statement(closing: i64) -> NewBankStatement {
        let line = |flow, minor| BankStatementLine {
            reference: "N1".to_owned(),
            flow,
            amount: rupiah(minor),
            end_to_end: None,
            payment: None,
        };
        NewBankStatement {
            bank_code: "002".to_owned(),
            account: None,
            number: "S1".to_owned(),
            day: NaiveDate::MIN,
            opening: rupiah(100),
            closing: rupiah(closing),
            lines: vec![line(Flow::In, 70), line(Flow::Out, 20)],
        }
    }

    #[test]
    fn the_lines_lead_to_the_closing_balance_exactly() {
        assert_eq!(statement(150).balanced(), Ok(()));
        let off =
            ReconciliationRefusal::StatementUnbalanced { expected: 150, currency: Currency::IDR };
        assert_eq!(statement(151).balanced(), Err(off));
    }
}
