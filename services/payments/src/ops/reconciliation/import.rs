//! Importing a statement: all of it, compared, or nothing.

use std::collections::HashMap;

use chrono::NaiveDate;
use rangkai_db::{DbErr, Tx};
use rangkai_primitives::{Id, Money, Timestamp, Zone};
use tracing::instrument;
use uuid::Uuid;

use super::{BLOCK, keep, known, late, payouts, post};
use crate::{
    domain::{
        BankStatement, BankStatementLine, Break, Difference, Flow, NewBankStatement, Occasion,
        ReconciliationRefusal as Refusal, compare, span,
    },
    error::Error,
    events::tell,
    store,
};

/// How many breaks are made at once, and how many an answer tells.
const MANY: usize = 1_000;

/// What is found with a statement, as far as it was looked at.
pub struct Findings {
    /// With the counts so far; kept last.
    pub statement: BankStatement,
    /// The first breaks.
    told: Vec<Break>,
    /// What is taken back of earlier corrections; posted last, because that holds accounts.
    reversals: Vec<(Occasion, Money, Uuid)>,
}

/// Imports a statement. Answers the first breaks that were found.
#[instrument(skip_all, fields(bank.code = new.bank_code))]
pub async fn import(tx: &Tx, new: NewBankStatement) -> Result<(BankStatement, Vec<Break>), Error> {
    store::reconciling::hold(tx).await?;
    let before = expect_next(tx, &new).await?;
    let sightings = known::of_lines(tx, &new.bank_code, &new.lines).await?;
    let differences = compare(new.account, &new.lines, &sightings);
    let booked = payouts::book(tx, &sightings, &differences).await?;
    let lines = new.lines.clone();
    let mut findings = Findings::begin(new, &differences, tx.now());
    let (id, bank_code) = (findings.statement.id, findings.statement.bank_code.clone());
    let about = lines.iter().zip(sightings.iter().map(|known| &known.about));
    store::bank_statement_line::insert(tx, id, &bank_code, about).await?;
    let day = findings.statement.day;
    show(tx, &mut findings, differences.into_iter().flatten().map(|it| (it, day))).await?;
    arrived(tx, &mut findings, &lines).await?;
    late::recorded(tx, &mut findings).await?;
    let spans = Spans::of(tx, &findings.statement, before.as_ref()).await?;
    missing(tx, &mut findings, (spans.first, spans.until)).await?;
    payouts::missing(tx, &mut findings, booked, &spans).await?;
    end(tx, findings).await
}

/// The times from which on, and until when, records are to be on statements.
#[derive(Clone, Copy, Debug)]
pub struct Spans {
    /// When the first statement of the account began: what was before is in its opening balance.
    pub first: Timestamp,
    /// When the statement before this one began: what was recorded earlier was looked at with it.
    pub before: Timestamp,
    /// When this one ends.
    pub until: Timestamp,
}

impl Spans {
    async fn of(
        tx: &Tx,
        statement: &BankStatement,
        before: Option<&BankStatement>,
    ) -> Result<Self, Error> {
        let outside = || DbErr::Custom("the day is outside the calendar".to_owned());
        let begin = |day| span(day).ok_or_else(outside);
        let (day, account) = (statement.day, statement.account);
        let first = store::bank_statement::first_day(tx, &statement.bank_code, account).await?;
        Ok(Self {
            first: begin(first.unwrap_or(day))?.0,
            before: begin(before.map_or(day, |before| before.day))?.0,
            until: begin(day)?.1,
        })
    }
}

impl Findings {
    fn begin(new: NewBankStatement, differences: &[Option<Difference>], now: Timestamp) -> Self {
        let statement = BankStatement {
            id: Id::generate(),
            bank_code: new.bank_code,
            account: new.account,
            number: new.number,
            day: new.day,
            opening: new.opening,
            closing: new.closing,
            line_count: new.lines.len(),
            matched_count: differences.iter().filter(|it| it.is_none()).count(),
            break_count: 0,
            create_time: now,
        };
        Self { statement, told: Vec::new(), reversals: Vec::new() }
    }
}

/// Makes differences breaks of their days.
pub async fn show(
    tx: &Tx,
    findings: &mut Findings,
    differences: impl Iterator<Item = (Difference, NaiveDate)>,
) -> Result<(), Error> {
    let found = |(it, day)| Break::find(it, &findings.statement, day);
    let breaks: Vec<_> = differences.map(found).collect();
    findings.statement.break_count += breaks.len();
    for some in breaks.chunks(MANY) {
        store::reconciliation_break::insert(tx, some).await?;
        tell::breaks_found(tx, some).await?;
    }
    let room = MANY.saturating_sub(findings.told.len());
    findings.told.extend(breaks.into_iter().take(room));
    Ok(())
}

/// Settles a break, and takes back what its resolution posted. `instead` says what shows it now, if
/// not all of it came.
pub async fn settle(
    tx: &Tx,
    findings: &mut Findings,
    it: Break,
    instead: Option<&str>,
) -> Result<(), Error> {
    let before = it.state;
    let reversal = it.reversal().map(|(occasion, amount)| (occasion, amount, it.id.uuid()));
    findings.reversals.extend(reversal);
    let settled = match instead {
        None => it.settle(BLOCK, tx.now()),
        Some(reason) => it.give_way(reason, BLOCK, tx.now()),
    };
    keep(tx, before, &settled).await
}

/// Keeps the statement, and posts what is taken back.
async fn end(tx: &Tx, findings: Findings) -> Result<(BankStatement, Vec<Break>), Error> {
    let Findings { statement, told, reversals } = findings;
    store::bank_statement::insert(tx, &statement).await?;
    tx.changed("statement", statement.id.uuid());
    tell::statement_imported(tx, &statement).await?;
    for (occasion, amount, source) in reversals {
        post(tx, (occasion, amount), source).await?;
    }
    Ok((statement, told))
}

/// Says no unless the statement adds up and is the next one; answers the one before.
async fn expect_next(tx: &Tx, new: &NewBankStatement) -> Result<Option<BankStatement>, Error> {
    let of = (new.bank_code.as_str(), new.account);
    if let Some(earlier) = store::bank_statement::like(tx, of, new.day, &new.number).await? {
        return Err(Refusal::StatementImported(earlier).into());
    }
    if store::closed_day::last(tx).await?.is_some_and(|last| new.day <= last.day) {
        return Err(Refusal::DayClosed(new.day).into());
    }
    new.balanced()?;
    let before = store::bank_statement::latest(tx, &new.bank_code, new.account).await?;
    if let Some(before) = &before {
        new.follows(before)?;
    }
    Ok(before)
}

/// Settles what only waited for one of the lines.
async fn arrived(
    tx: &Tx,
    findings: &mut Findings,
    lines: &[BankStatementLine],
) -> Result<(), Error> {
    let lines: HashMap<(&str, Flow), Money> =
        lines.iter().map(|line| ((line.reference.as_str(), line.flow), line.amount)).collect();
    let statement = findings.statement.id;
    for it in store::waiting_break::lock_arrived(tx, statement).await? {
        let booked = lines.get(&(it.what.reference.as_str(), it.what.flow)).copied();
        let other = format!("statement {}: another amount", findings.statement.number);
        let instead = Some(other.as_str()).filter(|_| booked != it.what.recorded);
        settle(tx, findings, it, instead).await?;
    }
    Ok(())
}

/// Finds what is recorded in `span` and the bank lacks, and what cannot be found there for want of a
/// number.
async fn missing(
    tx: &Tx,
    findings: &mut Findings,
    span: (Timestamp, Timestamp),
) -> Result<(), Error> {
    let BankStatement { id, account, day, .. } = findings.statement;
    let bank_code = findings.statement.bank_code.clone();
    // What was recorded late may have been booked before.
    store::bank_movement::see_booked(tx, &bank_code).await?;
    loop {
        let of = (bank_code.as_str(), account);
        let unseen = store::bank_movement::unseen(tx, of, span, MANY).await?;
        if unseen.is_empty() {
            break;
        }
        let ids: Vec<_> = unseen.iter().map(|movement| movement.id).collect();
        store::bank_movement::see(tx, id, &ids).await?;
        let lacking = unseen.iter().map(|movement| {
            let number = movement.number.clone().unwrap_or_default();
            (Difference::missing_there(number, &movement.recorded()), day)
        });
        show(tx, findings, lacking).await?;
    }
    loop {
        let of = (bank_code.as_str(), account);
        let unnumbered = store::bank_movement::unnumbered(tx, of, span.1, MANY).await?;
        if unnumbered.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = unnumbered.iter().map(|movement| movement.id).collect();
        store::bank_movement::see(tx, id, &ids).await?;
        let shown = unnumbered.iter();
        let shown = shown.map(|it| (Difference::unnumbered(it), Zone::Wib.date(it.moved)));
        show(tx, findings, shown).await?;
    }
}
