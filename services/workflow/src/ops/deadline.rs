//! The clocks of cases: starting, stopping, extending, closing them.

use rangkai_db::Tx;
use rangkai_primitives::{Id, Page};
use uuid::Uuid;

use super::{
    calendar,
    deadline_end::{self, keep},
};
use crate::{
    domain::{
        clock_refusal::ClockRefusal,
        deadline::{Change, Deadline, Entry, NewDeadline, Remaining, State},
        term::{self, Unit},
    },
    error::Error,
    events::tell_time,
    store,
};

/// A deadline, what is left of it if its clock stands, and what happened to it.
pub type Seen = (Deadline, Option<Remaining>, Vec<Entry>);

/// Starts a deadline. One that is over already passes when it is looked at next: at once.
pub async fn start(tx: &Tx, new: NewDeadline) -> Result<Deadline, Error> {
    store::calendar::hold(tx).await?;
    let almanac = calendar::almanac_of(tx, &new.calendar_code).await?;
    // An almanac has at least the calendar that it was looked up by.
    let calendar = almanac.layers().first().map(|layer| layer.calendar.clone());
    let calendar =
        calendar.ok_or_else(|| ClockRefusal::CalendarNotFound(new.calendar_code.clone()))?;
    let deadline = Deadline::start(new, &calendar, tx.now())?;
    let computation = deadline_end::compute(tx, &almanac, &deadline)?;
    store::computation::insert(tx, &computation).await?;
    let mut deadline = deadline.ends(computation.id, &computation.term);
    deadline.calendar_version = almanac.version();
    store::deadline::insert(tx, &deadline).await?;
    let deadline = keep(tx, deadline, Change::Started, Said::default()).await?;
    tell_time::deadline_started(tx, &deadline).await?;
    Ok(deadline)
}

/// Stops the clock.
pub async fn stop(tx: &Tx, id: Id<Deadline>, reason: &str) -> Result<Deadline, Error> {
    let deadline = lock(tx, id).await?.stop(tx.now())?;
    let deadline = keep(tx, deadline, Change::Stopped, Said::why(reason)).await?;
    tell_time::deadline_stopped(tx, &deadline).await?;
    Ok(deadline)
}

/// Lets the clock go on; where the year of its end is not published, the end is computed later.
pub async fn restart(tx: &Tx, id: Id<Deadline>, reason: &str) -> Result<Deadline, Error> {
    let (deadline, almanac) = deadline_end::hold(tx, id).await?;
    let deadline = deadline.restart(tx.now())?;
    let deadline = deadline_end::with_end(tx, &almanac, deadline).await?;
    let deadline = keep(tx, deadline, Change::Restarted, Said::why(reason)).await?;
    tell_time::deadline_restarted(tx, &deadline).await?;
    Ok(deadline)
}

/// Extends a deadline.
pub async fn extend(
    tx: &Tx,
    id: Id<Deadline>,
    by: i32,
    (reason, legal_basis): (&str, &str),
) -> Result<Deadline, Error> {
    let (deadline, almanac) = deadline_end::hold(tx, id).await?;
    let mut deadline = deadline.extend(by, tx.now())?;
    if deadline.state == State::Running {
        let computation = deadline_end::compute(tx, &almanac, &deadline)?;
        store::computation::insert(tx, &computation).await?;
        deadline = deadline.ends(computation.id, &computation.term);
        deadline.calendar_version = almanac.version();
    }
    let said = Said { reason: reason.to_owned(), legal_basis: legal_basis.to_owned(), amount: by };
    let deadline = keep(tx, deadline, Change::Extended, said).await?;
    tell_time::deadline_extended(tx, &deadline, by, legal_basis).await?;
    Ok(deadline)
}

/// Closes a deadline because there is an answer. One whose time is over passes first.
pub async fn close(tx: &Tx, id: Id<Deadline>, reason: &str) -> Result<Deadline, Error> {
    let (mut deadline, almanac) = deadline_end::hold(tx, id).await?;
    deadline = deadline_end::settle(tx, &almanac, deadline).await?.0;
    let deadline = deadline.close()?;
    let deadline = keep(tx, deadline, Change::Closed, Said::why(reason)).await?;
    tell_time::deadline_closed(tx, &deadline).await?;
    Ok(deadline)
}

/// Gets a deadline for somebody who sees what happened to it: that leaves a record.
pub async fn read(tx: &Tx, id: Id<Deadline>) -> Result<Seen, Error> {
    let deadline = store::deadline::find(tx, id).await?;
    let deadline = deadline.ok_or(ClockRefusal::DeadlineNotFound(id))?;
    let entries = store::deadline_entry::list(tx, id).await?;
    tx.changed("deadline", id.uuid());
    let remaining = remaining(tx, &deadline).await?;
    Ok((deadline, remaining, entries))
}

/// Lists deadlines, newest first; answers what to continue after.
pub async fn list(
    tx: &Tx,
    wanted: (Option<State>, Option<Uuid>),
    page: &Page<Deadline>,
) -> Result<(Vec<Deadline>, Option<Id<Deadline>>), Error> {
    let mut found = store::deadline::list(tx, wanted, page).await?;
    let next = page.cut(&mut found, |deadline| deadline.id);
    Ok((found, next))
}

/// What is left of a deadline whose clock stands; none where a calendar has not published a year
/// that went by.
pub async fn remaining(tx: &Tx, deadline: &Deadline) -> Result<Option<Remaining>, Error> {
    if deadline.state != State::Stopped {
        return Ok(None);
    }
    let rule = deadline.whole_rule();
    if rule.unit == Unit::Hours {
        return Ok(deadline.time_left().map(Remaining::Time));
    }
    let almanac = calendar::almanac_by(tx, deadline.calendar).await?;
    let left = term::remaining(&almanac, &rule, deadline.start_time, &deadline.stood);
    Ok(left.ok().flatten().map(Remaining::Days))
}

/// What somebody says who changes a deadline.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Why.
    pub reason: String,
    /// What allows an extension.
    pub legal_basis: String,
    /// How many units it is extended by.
    pub amount: i32,
}

impl Said {
    fn why(reason: &str) -> Self {
        Self { reason: reason.to_owned(), ..Self::default() }
    }
}

async fn lock(tx: &Tx, id: Id<Deadline>) -> Result<Deadline, Error> {
    let found = store::deadline::lock(tx, id).await?;
    found.ok_or_else(|| ClockRefusal::DeadlineNotFound(id).into())
}
