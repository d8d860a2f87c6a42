//! Closing days, and seeing that closed days stay as they were.

use chrono::NaiveDate;
use rangkai_db::{DbErr, Tx};
use rangkai_primitives::{Id, Page, Timestamp};
use tracing::instrument;

use super::account;
use crate::{
    domain::{
        ClosedDay, DayTotal, Posted, Proof, ReconciliationRefusal as Refusal, may_close, span,
    },
    error::Error,
    events::tell,
    store,
};

/// How many closed days are read at once.
const BATCH: u64 = 100;

/// What a look at the closed days found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many were looked at.
    pub count: usize,
    /// The first that is not what it should be.
    pub first_broken: Option<NaiveDate>,
}

/// Closes a day, after the one before and with every break resolved.
#[instrument(skip_all, fields(day = %day))]
pub async fn close(tx: &Tx, day: NaiveDate) -> Result<ClosedDay, Error> {
    store::reconciling::hold(tx).await?;
    let last = store::closed_day::last(tx).await?;
    may_close(day, last.as_ref().map(|last| last.day), tx.now())?;
    if let Some(bank) = bank_without_statement(tx, day).await? {
        return Err(Refusal::StatementMissing(bank).into());
    }
    let unresolved = store::reconciliation_break::count_unresolved(tx, day).await?;
    if unresolved > 0 {
        return Err(Refusal::BreaksOpen(unresolved).into());
    }
    let posted = posted(tx, last.as_ref().map(|last| last.day), day).await?;
    let sound = account::proofs(tx).await?.iter().all(Proof::is_sound);
    if !sound || !posted.totals.iter().all(DayTotal::balances) {
        return Err(Refusal::LedgerNotSound.into());
    }
    let closed = ClosedDay::close(day, last.as_ref(), posted, super::person(tx), tx.now());
    if !store::closed_day::insert(tx, &closed).await? {
        return Err(Refusal::DayClosed(day).into());
    }
    tx.changed("closed_day", closed.id.uuid());
    tell::day_closed(tx, &closed).await?;
    Ok(closed)
}

/// Lists closed days, newest first, and the id to continue after.
#[instrument(skip_all)]
pub async fn list(
    tx: &Tx,
    page: &Page<ClosedDay>,
) -> Result<(Vec<ClosedDay>, Option<Id<ClosedDay>>), Error> {
    let mut days = store::closed_day::list(tx, page).await?;
    let next = page.cut(&mut days, |day| day.id);
    Ok((days, next))
}

/// Computes the closed days again, from the first or from `from` on, and compares.
#[instrument(skip_all)]
pub async fn verify(tx: &Tx, from: Option<NaiveDate>) -> Result<Verified, Error> {
    let (mut before, mut count) = (None::<ClosedDay>, 0);
    loop {
        let after = before.as_ref().map(|before| before.day);
        let days = store::closed_day::following(tx, after, BATCH).await?;
        if days.is_empty() {
            return Ok(Verified { count, first_broken: None });
        }
        for day in days {
            if from.is_none_or(|from| day.day >= from) {
                let after = before.as_ref().map(|before| before.day);
                let posted = posted(tx, after, day.day).await?;
                let previous = before.as_ref().map_or([0; 32], |before| before.hash);
                count += 1;
                if !day.holds(&previous, &posted) {
                    tracing::error!(agency = %tx.agency(), day = %day.day, "a closed day changed");
                    return Ok(Verified { count, first_broken: Some(day.day) });
                }
            }
            before = Some(day);
        }
    }
}

/// What was posted after the end of `after`, or ever, until the end of `day`.
async fn posted(tx: &Tx, after: Option<NaiveDate>, day: NaiveDate) -> Result<Posted, Error> {
    let from = match after {
        Some(after) => within(after)?.1,
        None => Timestamp::UNIX_EPOCH,
    };
    Ok(store::posted::between(tx, from, within(day)?.1).await?)
}

/// A bank that did not say what moved on `day`. Empty where nobody knows which, and no statement of any
/// bank since has shown it.
async fn bank_without_statement(tx: &Tx, day: NaiveDate) -> Result<Option<String>, Error> {
    let (span, day) = (within(day)?, day.to_string());
    let of_payouts = store::payout::bank_without_statement(tx, &day, span).await?;
    let of_others = store::bank_movement::bank_without_statement(tx, &day, span).await?;
    Ok(of_others.or(of_payouts))
}

fn within(day: NaiveDate) -> Result<(Timestamp, Timestamp), Error> {
    let outside = || DbErr::Custom("the day is outside the calendar".to_owned());
    Ok(span(day).ok_or_else(outside)?)
}
