//! Importing what banks say, and resolving where they and the books differ.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Money, Page, Zone};
use tracing::instrument;

use super::{ledger, remittance};
use crate::{
    domain::{
        BankReference, BankStatement, BankStatementLine, Break, BreakResolution, BreakState,
        Channel, Flow, NewBankStatement, NewRemittance, Occasion, ReconciliationRefusal as Refusal,
        Recorded, compare,
    },
    error::Error,
    events::tell,
    store,
};

/// Who resolved a break when a later statement did.
const BLOCK: &str = "payments";

/// Imports a statement: all of it, matched, or nothing. Answers the breaks that were found.
#[instrument(skip_all, fields(bank.code = new.bank_code))]
pub async fn import(tx: &Tx, new: NewBankStatement) -> Result<(BankStatement, Vec<Break>), Error> {
    let like = store::bank_statement::like(tx, &new.bank_code, new.day, &new.number).await?;
    if let Some(earlier) = like {
        return Err(Refusal::StatementImported(earlier).into());
    }
    if store::closed_day::last(tx).await?.is_some_and(|last| new.day <= last.day) {
        return Err(Refusal::DayClosed(new.day).into());
    }
    new.balanced()?;
    if let Some(before) = store::bank_statement::latest(tx, &new.bank_code).await? {
        new.follows(&before)?;
    }
    let references = new.lines.iter().map(|line| line.reference.as_str());
    let known = store::recorded::find(tx, &new.bank_code, references).await?;
    let expected = store::recorded::of_day(tx, &new.bank_code, new.day).await?;
    let expected = not_booked_before(tx, &new, expected).await?;
    let (matched_count, differences) = compare(&new, &known, &expected);
    let statement = BankStatement {
        id: Id::generate(),
        bank_code: new.bank_code,
        number: new.number,
        day: new.day,
        opening: new.opening,
        closing: new.closing,
        line_count: new.lines.len(),
        matched_count,
        break_count: differences.len(),
        create_time: tx.now(),
    };
    let found = |difference| Break::find(difference, &statement, tx.now());
    let breaks: Vec<_> = differences.into_iter().map(found).collect();
    if !store::bank_statement::insert(tx, &statement, &new.lines).await? {
        // Somebody imported it at the same time.
        let like =
            store::bank_statement::like(tx, &statement.bank_code, new.day, &statement.number);
        return Err(Refusal::StatementImported(like.await?.unwrap_or(statement.id)).into());
    }
    store::reconciliation_break::insert(tx, &breaks).await?;
    resolve_earlier(tx, &statement, &new.lines).await?;
    tx.changed("statement", statement.id.uuid());
    tell::statement_imported(tx, &statement, &breaks).await?;
    Ok((statement, breaks))
}

/// Lists statements, newest first, and the id to continue after.
#[instrument(skip_all)]
pub async fn statements(
    tx: &Tx,
    bank_code: Option<&str>,
    page: &Page<BankStatement>,
) -> Result<(Vec<BankStatement>, Option<Id<BankStatement>>), Error> {
    let mut statements = store::bank_statement::list(tx, bank_code, page).await?;
    let next = page.cut(&mut statements, |statement| statement.id);
    Ok((statements, next))
}

/// Lists breaks, newest first, and the id to continue after.
#[instrument(skip_all)]
pub async fn breaks(
    tx: &Tx,
    state: Option<BreakState>,
    statement: Option<Id<BankStatement>>,
    page: &Page<Break>,
) -> Result<(Vec<Break>, Option<Id<Break>>), Error> {
    let mut breaks = store::reconciliation_break::list(tx, state, statement, page).await?;
    let next = page.cut(&mut breaks, |it| it.id);
    Ok((breaks, next))
}

/// Says what a break turned out to be; nothing is posted yet.
#[instrument(skip_all, fields(break.id = %id))]
pub async fn propose(
    tx: &Tx,
    id: Id<Break>,
    resolution: BreakResolution,
    reason: String,
) -> Result<Break, Error> {
    let it = store::reconciliation_break::lock(tx, id).await?.ok_or(Refusal::BreakNotFound)?;
    let it = it.propose(resolution, reason, super::person(tx), tx.now())?;
    expect_fit(tx, &it).await?;
    store::reconciliation_break::update(tx, &it).await?;
    tx.changed("break", it.id.uuid());
    tell::resolution_proposed(tx, &it).await?;
    Ok(it)
}

/// Confirms what a break is, and posts what that means.
#[instrument(skip_all, fields(break.id = %id))]
pub async fn confirm(tx: &Tx, id: Id<Break>) -> Result<Break, Error> {
    let it = store::reconciliation_break::lock(tx, id).await?.ok_or(Refusal::BreakNotFound)?;
    let it = it.confirm(super::person(tx), tx.now())?;
    expect_fit(tx, &it).await?;
    store::reconciliation_break::update(tx, &it).await?;
    tx.changed("break", it.id.uuid());
    match it.resolution.zip(it.booked) {
        Some((BreakResolution::Suspense, booked)) => take_in(tx, &it, booked).await?,
        Some((BreakResolution::Charge, booked)) => {
            ledger::post(tx, Occasion::ChargeTaken, booked, it.id.uuid()).await?;
        }
        Some((BreakResolution::Matched | BreakResolution::Explained, _)) | None => {}
    }
    tell::break_resolved(tx, &it).await?;
    Ok(it)
}

/// Of what is recorded for the day, what no earlier statement had.
async fn not_booked_before(
    tx: &Tx,
    new: &NewBankStatement,
    expected: Vec<Recorded>,
) -> Result<Vec<Recorded>, Error> {
    let mut lacking = Vec::new();
    for recorded in expected {
        let line = line(&recorded);
        if !store::bank_statement::has_line(tx, &new.bank_code, &line).await? {
            lacking.push(recorded);
        }
    }
    Ok(lacking)
}

/// Resolves the breaks of earlier statements that only waited for one of `lines`.
async fn resolve_earlier(
    tx: &Tx,
    statement: &BankStatement,
    lines: &[BankStatementLine],
) -> Result<(), Error> {
    let waiting = store::reconciliation_break::lock_missing_there(tx, &statement.bank_code).await?;
    for it in waiting.into_iter().filter(|it| it.statement != statement.id) {
        let fits = |line: &&BankStatementLine| {
            line.reference == it.reference
                && line.flow == it.flow
                && Some(line.amount) == it.recorded
        };
        if lines.iter().any(|line| fits(&line)) {
            let it = it.found_later(BLOCK, tx.now());
            store::reconciliation_break::update(tx, &it).await?;
            tx.changed("break", it.id.uuid());
            tell::break_resolved(tx, &it).await?;
        }
    }
    Ok(())
}

/// Says no when what the break was said to be is not so, or is not so any more.
async fn expect_fit(tx: &Tx, it: &Break) -> Result<(), Error> {
    match it.resolution {
        Some(BreakResolution::Matched) => expect_matched(tx, it).await,
        Some(BreakResolution::Suspense | BreakResolution::Charge) => {
            // The bank may have reported it by itself since; it must not be posted twice.
            let reference = [it.reference.as_str()].into_iter();
            let known = store::recorded::find(tx, &it.bank_code, reference).await?;
            if known.is_empty() { Ok(()) } else { Err(Refusal::ResolutionUnfit(it.id).into()) }
        }
        Some(BreakResolution::Explained) | None => Ok(()),
    }
}

/// Takes money in that the bank booked and nobody reported: it waits in suspense under the bank's
/// own reference, so that a report that comes late finds it recorded.
async fn take_in(tx: &Tx, it: &Break, booked: Money) -> Result<(), Error> {
    let new = NewRemittance {
        code: String::new(),
        amount: booked,
        reference: BankReference { bank_code: it.bank_code.clone(), number: it.reference.clone() },
        pay_time: Zone::Wib.start_of(it.day).unwrap_or_else(|| tx.now()),
        channel: Channel::File,
        owner: Some(tx.agency().clone()),
    };
    let (_, known) = remittance::record_or_know(tx, new).await?;
    if known { Err(Refusal::ResolutionUnfit(it.id).into()) } else { Ok(()) }
}

/// Says no unless both sides have it by now, with the same amount.
async fn expect_matched(tx: &Tx, it: &Break) -> Result<(), Error> {
    let reference = it.reference.as_str();
    let known = store::recorded::find(tx, &it.bank_code, [reference].into_iter()).await?;
    for recorded in known {
        if store::bank_statement::has_line(tx, &it.bank_code, &line(&recorded)).await? {
            return Ok(());
        }
    }
    Err(Refusal::StillUnmatched(it.id).into())
}

fn line(recorded: &Recorded) -> BankStatementLine {
    let (reference, flow): (_, Flow) = (recorded.reference.clone(), recorded.flow);
    BankStatementLine { reference, flow, amount: recorded.amount }
}
