//! How accounts, their lines, statements and proofs look on the wire.

use rangkai_primitives::{Currency, Money};
use rangkai_proto::{payments::v1 as wire, r#type::v1 as words};

use crate::domain::{Account, AccountKind, Direction, LedgerRefusal, Line, Proof, Statement};

impl From<Account> for wire::Account {
    fn from(account: Account) -> Self {
        let kind = match account.kind {
            AccountKind::Asset => wire::AccountKind::Asset,
            AccountKind::Equity => wire::AccountKind::Equity,
            AccountKind::Expense => wire::AccountKind::Expense,
            AccountKind::Liability => wire::AccountKind::Liability,
            AccountKind::Revenue => wire::AccountKind::Revenue,
        };
        let money = |minor| Some(Money::new(account.currency, minor).into());
        let balances = account.balances;
        Self {
            account_id: account.id.to_string(),
            code: account.code,
            kind: kind.into(),
            balance: money(balances.posted_minor),
            entry_count: balances.entry_count,
            pending_out: money(balances.reserved_out_minor),
            pending_in: money(balances.reserved_in_minor),
            floor: money(account.floor_minor),
            ceiling: account.ceiling_minor.and_then(money),
            create_time: Some(rangkai_proto::time(account.create_time)),
            close_time: account.close_time.map(rangkai_proto::time),
        }
    }
}

impl Line {
    /// A line of `account`.
    pub fn into_wire(self, account: &Account) -> wire::Entry {
        let Self { entry, description, reference, source } = self;
        let direction = match entry.direction {
            Direction::Debit => wire::Direction::Debit,
            Direction::Credit => wire::Direction::Credit,
        };
        wire::Entry {
            entry_id: entry.id.to_string(),
            transfer_id: entry.transfer.to_string(),
            account_code: account.code.clone(),
            direction: direction.into(),
            amount: Some(entry.amount.into()),
            description,
            source_id: source.map(|id| id.to_string()).unwrap_or_default(),
            balance_after: Some(entry.balance_after.into()),
            create_time: Some(rangkai_proto::time(entry.create_time)),
            position: entry.position,
            reference: reference.unwrap_or_default(),
        }
    }
}

impl TryFrom<Statement> for wire::Statement {
    type Error = LedgerRefusal;

    fn try_from(statement: Statement) -> Result<Self, LedgerRefusal> {
        let currency = statement.account.currency;
        let money = |minor| Some(Money::new(currency, minor).into());
        Ok(Self {
            opening_balance: money(statement.opening_minor),
            total_debits: Some(total(currency, statement.debits_minor)?),
            total_credits: Some(total(currency, statement.credits_minor)?),
            closing_balance: money(statement.closing_minor),
            entry_count: statement.entry_count,
            account: Some(statement.account.into()),
        })
    }
}

impl From<Proof> for wire::Proof {
    fn from(proof: Proof) -> Self {
        // An imbalance that does not fit is still told as one: the largest there is.
        let most = if proof.imbalance_minor < 0 { i64::MIN } else { i64::MAX };
        Self {
            currency_code: proof.currency.to_string(),
            account_count: proof.account_count,
            entry_count: proof.entry_count,
            imbalance_minor: i64::try_from(proof.imbalance_minor).unwrap_or(most),
            wrong_balance_count: proof.wrong_balance_count,
            below_floor_count: proof.below_floor_count,
            wrong_reserved_count: proof.wrong_reserved_count,
        }
    }
}

/// A sum that may be more than any one amount.
fn total(currency: Currency, minor: i128) -> Result<words::Money, LedgerRefusal> {
    let per_unit = 10_i128.pow(currency.exponent());
    let units = i64::try_from(minor / per_unit);
    let nanos = i32::try_from(minor % per_unit * (1_000_000_000 / per_unit));
    match (units, nanos) {
        (Ok(units), Ok(nanos)) => {
            Ok(words::Money { currency_code: currency.to_string(), units, nanos })
        }
        (_, _) => Err(LedgerRefusal::TotalsTooLarge),
    }
}
