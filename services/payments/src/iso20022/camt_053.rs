//! `camt.053.001.08`: what happened on an account, day by day.

use chrono::NaiveDate;
use rangkai_primitives::{Currency, Money, Timestamp, Zone};

use super::{
    Unreadable,
    account::read_account,
    entry::{self, direction},
    xml::Element,
};
use crate::domain::{Direction, Movement, StatementMessage};

pub(super) const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08";

/// What was on the account at some moment.
struct Balance {
    amount: Money,
    time: Timestamp,
}

pub(super) fn read(root: &Element) -> Result<Vec<StatementMessage>, Unreadable> {
    let message = root.need("BkToCstmrStmt")?;
    message.need("GrpHdr")?.text_of("MsgId", 35)?;
    message.need("Stmt")?;
    message.all("Stmt").map(read_statement).collect()
}

fn read_statement(statement: &Element) -> Result<StatementMessage, Unreadable> {
    // A statement that goes on from an interim one opens with what that one closed with.
    let opening = balance(statement, &["OPBD", "PRCD"])?;
    let closing = balance(statement, &["CLBD"])?;
    let currency = opening.amount.currency();
    if closing.amount.currency() != currency {
        return Err(statement.wrong("Bal", "is in another currency than the opening balance"));
    }
    let entries = entry::read_all(statement)?;
    check_currency(statement, &entries, currency)?;
    if StatementMessage::sum(opening.amount, &entries) != Some(closing.amount) {
        let why = "does not add up: opening balance and booked entries are not the closing balance";
        return Err(statement.wrong("Bal", why));
    }
    let (from, to) = days(statement, &opening, &closing)?;
    Ok(StatementMessage {
        account: read_account(statement)?,
        id: statement.text_of("Id", 35)?,
        from,
        to,
        opening: opening.amount,
        closing: closing.amount,
        entries,
    })
}

fn balance(statement: &Element, kinds: &[&str]) -> Result<Balance, Unreadable> {
    let is = |balance: &&Element| {
        let code = balance.at(&["Tp", "CdOrPrtry", "Cd"]);
        code.is_some_and(|code| kinds.contains(&code.text.trim()))
    };
    let missing = || statement.wrong("Bal", "says nothing of the opening or the closing balance");
    let balance = statement.all("Bal").find(is).ok_or_else(missing)?;
    let amount = balance.amount("Amt")?;
    let minor = match direction(balance)? {
        Direction::Credit => amount.minor(),
        Direction::Debit => -amount.minor(),
    };
    let time = balance.date_or_time("Dt")?.ok_or_else(|| balance.wrong("Dt", "is missing"))?;
    Ok(Balance { amount: Money::new(amount.currency(), minor), time })
}

fn check_currency(
    statement: &Element,
    entries: &[Movement],
    currency: Currency,
) -> Result<(), Unreadable> {
    if entries.iter().all(|entry| entry.amount.currency() == currency) {
        return Ok(());
    }
    let is_other = |entry: &&Element| {
        entry.child("Amt").is_some_and(|it| it.currency.as_deref() != Some(currency.as_str()))
    };
    let place = statement.all("Ntry").find(is_other).unwrap_or(statement);
    Err(place.wrong("Amt", "is in another currency than the balances"))
}

fn days(
    statement: &Element,
    opening: &Balance,
    closing: &Balance,
) -> Result<(NaiveDate, NaiveDate), Unreadable> {
    let (from, to) = match statement.child("FrToDt") {
        Some(period) => (period.moment("FrDtTm")?, period.moment("ToDtTm")?),
        None => (opening.time, closing.time),
    };
    if from > to {
        return Err(statement.wrong("FrToDt", "ends before it begins"));
    }
    Ok((Zone::Wib.date(from), Zone::Wib.date(to)))
}
