//! The end of a deadline: computing it, computing it anew when a calendar changed, and what happens
//! when it comes.

use rangkai_db::Tx;
use rangkai_primitives::{Agency, Id, Timestamp};

use super::{calendar, computation, deadline::Said};
use crate::{
    domain::{
        calendar::{Almanac, YearMissing},
        clock_refusal::ClockRefusal,
        deadline::{Change, Deadline, End, Entry, State},
        term::{self, Basis, Computation, Kind},
    },
    error::Error,
    events::tell_time,
    store,
};

/// Deadlines of every agency that want to be looked at, from `after` on.
pub async fn due(
    tx: &Tx,
    after: Option<(Timestamp, Id<Deadline>)>,
    limit: u64,
) -> Result<Vec<(Agency, Timestamp, Id<Deadline>)>, Error> {
    Ok(store::deadline::due(tx, after, limit).await?)
}

/// Looks at a deadline, unless somebody else holds it: computes its end anew if its calendar
/// changed, and lets it pass if its time is over.
pub async fn look(tx: &Tx, id: Id<Deadline>) -> Result<(), Error> {
    store::calendar::hold(tx).await?;
    let Some(deadline) = store::deadline::lock_if_free(tx, id).await? else { return Ok(()) };
    let almanac = calendar::almanac_by(tx, deadline.calendar).await?;
    let (deadline, changed) = settle(tx, &almanac, deadline).await?;
    if changed {
        store::deadline::update(tx, &deadline).await?;
    }
    Ok(())
}

/// Holds a deadline, and back every new version of a calendar, until the transaction ends.
pub async fn hold(tx: &Tx, id: Id<Deadline>) -> Result<(Deadline, Almanac), Error> {
    store::calendar::hold(tx).await?;
    let deadline = store::deadline::lock(tx, id).await?;
    let deadline = deadline.ok_or(ClockRefusal::DeadlineNotFound(id))?;
    let almanac = calendar::almanac_by(tx, deadline.calendar).await?;
    Ok((deadline, almanac))
}

/// The deadline with its end computed anew if its calendar changed, and passed if its time is over;
/// and whether anything of it is to be kept.
pub async fn settle(
    tx: &Tx,
    almanac: &Almanac,
    deadline: Deadline,
) -> Result<(Deadline, bool), Error> {
    if deadline.state != State::Running {
        return Ok((deadline, false));
    }
    let is_new = deadline.calendar_version != almanac.version();
    let deadline = if is_new { move_end(tx, almanac, deadline).await? } else { deadline };
    if !deadline.is_over(tx.now()) {
        return Ok((deadline, is_new));
    }
    let deadline = keep(tx, deadline.pass(), Change::Passed, Said::default()).await?;
    tell_time::deadline_passed(tx, &deadline).await?;
    Ok((deadline, true))
}

/// The deadline with the end that is computed for it now, or with the year that is missing.
pub async fn with_end(tx: &Tx, almanac: &Almanac, deadline: Deadline) -> Result<Deadline, Error> {
    let mut deadline = match compute(tx, almanac, &deadline) {
        Ok(computation) => {
            store::computation::insert(tx, &computation).await?;
            deadline.ends(computation.id, &computation.term)
        }
        Err(missing) => unknown(deadline, missing),
    };
    deadline.calendar_version = almanac.version();
    Ok(deadline)
}

/// Computes when a deadline ends whose clock runs.
pub fn compute(
    tx: &Tx,
    almanac: &Almanac,
    deadline: &Deadline,
) -> Result<Computation, YearMissing> {
    let (rule, from) = (deadline.whole_rule(), deadline.start_time);
    let term = term::deadline(almanac, &rule, from, &deadline.stood)?;
    let basis = Basis::new(Kind::Deadline, almanac, rule, (from, &deadline.stood));
    Ok(Computation::keep(basis, term, tx.now()).of(deadline.id))
}

/// Keeps a deadline after a change, and the change in its history.
pub async fn keep(
    tx: &Tx,
    deadline: Deadline,
    change: Change,
    said: Said,
) -> Result<Deadline, Error> {
    let (changes, update_time) = (deadline.changes + 1, tx.now());
    let deadline = Deadline { changes, update_time, ..deadline };
    let Said { reason, legal_basis, amount } = said;
    let end = deadline.end.known();
    let entry = Entry {
        sequence: changes,
        change,
        time: update_time,
        reason,
        legal_basis,
        amount,
        end_time: end.map(|end| end.time),
        computation: deadline.computation.filter(|_| end.is_some()),
    };
    store::deadline::update(tx, &deadline).await?;
    store::deadline_entry::insert(tx, deadline.id, &entry).await?;
    tx.changed("deadline", deadline.id.uuid());
    Ok(deadline)
}

/// Computes the end anew; keeps it, and tells so, if it is another one. A computation that differs
/// only in its versions says nothing new.
async fn move_end(tx: &Tx, almanac: &Almanac, deadline: Deadline) -> Result<Deadline, Error> {
    let before = deadline.end.clone();
    let mut deadline = match compute(tx, almanac, &deadline) {
        Ok(new) if is_same(tx, &deadline, &new).await? => deadline,
        Ok(new) => {
            let new = computation::keep(tx, new).await?;
            deadline.ends(new.id, &new.term)
        }
        Err(missing) => unknown(deadline, missing),
    };
    deadline.calendar_version = almanac.version();
    if deadline.end.known() == before.known() {
        return Ok(deadline);
    }
    let deadline = keep(tx, deadline, Change::Moved, Said::default()).await?;
    tell_time::deadline_moved(tx, &deadline, before.known().map(|end| end.time)).await?;
    Ok(deadline)
}

async fn is_same(tx: &Tx, deadline: &Deadline, new: &Computation) -> Result<bool, Error> {
    let Some(known) = deadline.computation.filter(|_| deadline.end.known().is_some()) else {
        return Ok(false);
    };
    Ok(computation::find(tx, known).await?.term == new.term)
}

fn unknown(deadline: Deadline, missing: YearMissing) -> Deadline {
    tracing::warn!(
        deadline.id = %deadline.id,
        calendar = missing.calendar,
        year = missing.year,
        "a deadline waits for the days of a year"
    );
    Deadline { end: End::Unknown(missing), ..deadline }
}
