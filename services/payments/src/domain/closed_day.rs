//! Closed days, each chained to the one before.

use aws_lc_rs::digest::{Context, SHA256};
use chrono::{Days, NaiveDate};
use rangkai_primitives::{Id, Timestamp, Zone};
use serde::{Deserialize, Serialize};

use super::ReconciliationRefusal;

/// How long after its end a day stays open for work that began within it: longer than any
/// transaction may take.
const GRACE: std::time::Duration = std::time::Duration::from_mins(5);

/// A SHA-256.
pub type Hash = [u8; 32];

/// A day to which nothing is posted any more, and what proves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedDay {
    pub id: Id<ClosedDay>,
    pub day: NaiveDate,
    pub totals: Vec<DayTotal>,
    /// Over the entries in the order of account and position.
    pub entries_sha256: Hash,
    pub previous_hash: Hash,
    pub hash: Hash,
    pub closed_by: String,
    pub close_time: Timestamp,
}

/// What one currency did on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayTotal {
    pub currency: String,
    pub entry_count: i64,
    pub debits_minor: i128,
    pub credits_minor: i128,
}

/// What was posted in a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    pub totals: Vec<DayTotal>,
    pub entries_sha256: Hash,
}

impl ClosedDay {
    /// Closes `day` after `before`, the last closed one, with what was posted in it.
    pub fn close(
        day: NaiveDate,
        before: Option<&Self>,
        posted: Posted,
        by: &str,
        now: Timestamp,
    ) -> Self {
        let previous_hash = before.map_or([0; 32], |before| before.hash);
        let hash = chain(&previous_hash, day, &posted);
        Self {
            id: Id::generate(),
            day,
            totals: posted.totals,
            entries_sha256: posted.entries_sha256,
            previous_hash,
            hash,
            closed_by: by.to_owned(),
            close_time: now,
        }
    }

    /// Whether it is what `posted` makes it, after a day with the hash `previous`.
    pub fn holds(&self, previous: &Hash, posted: &Posted) -> bool {
        self.previous_hash == *previous
            && self.totals == posted.totals
            && self.entries_sha256 == posted.entries_sha256
            && self.hash == chain(previous, self.day, posted)
    }
}

/// Says no unless `day` is over, and the next one after the last closed day.
pub fn may_close(
    day: NaiveDate,
    last: Option<NaiveDate>,
    now: Timestamp,
) -> Result<(), ReconciliationRefusal> {
    if last.is_some_and(|last| day <= last) {
        return Err(ReconciliationRefusal::DayClosed(day));
    }
    if Zone::Wib.date(now - GRACE) <= day {
        return Err(ReconciliationRefusal::DayNotOver(day));
    }
    match last.and_then(|last| last.checked_add_days(Days::new(1))) {
        Some(next) if next != day => Err(ReconciliationRefusal::DayOutOfOrder(next)),
        Some(_) | None => Ok(()),
    }
}

/// The first moment of a day in Asia/Jakarta, and that of the next; none outside the calendar.
pub fn span(day: NaiveDate) -> Option<(Timestamp, Timestamp)> {
    let next = day.checked_add_days(Days::new(1))?;
    Some((Zone::Wib.start_of(day)?, Zone::Wib.start_of(next)?))
}

impl DayTotal {
    /// Whether as much was debited as credited.
    pub const fn balances(&self) -> bool {
        self.debits_minor == self.credits_minor
    }
}

fn chain(previous: &Hash, day: NaiveDate, posted: &Posted) -> Hash {
    let mut hash = Context::new(&SHA256);
    hash.update(previous);
    hash.update(day.to_string().as_bytes());
    for total in &posted.totals {
        hash.update(total.currency.as_bytes());
        hash.update(&total.entry_count.to_be_bytes());
        hash.update(&total.debits_minor.to_be_bytes());
        hash.update(&total.credits_minor.to_be_bytes());
    }
    hash.update(&posted.entries_sha256);
    finish(hash)
}

/// The end of a SHA-256.
pub fn finish(hash: Context) -> Hash {
    let mut short = [0; 32];
    short.copy_from_slice(hash.finish().as_ref());
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_is_closed_in_turn_and_not_before_it_is_over() {
        let (monday, tuesday) = (day("2026-11-23"), day("2026-11-24"));
        // Midnight in Jakarta is 17:00 in UTC.
        let early: Timestamp = "2026-11-23T17:04:59Z".parse().unwrap();
        let late: Timestamp = "2026-11-23T17:05:00Z".parse().unwrap();

        assert_eq!(may_close(monday, None, early), Err(ReconciliationRefusal::DayNotOver(monday)));
        assert_eq!(may_close(monday, None, late), Ok(()));
        assert_eq!(
            may_close(monday, Some(monday), late),
            Err(ReconciliationRefusal::DayClosed(monday))
        );
        let sunday = day("2026-11-22");
        assert_eq!(may_close(monday, Some(sunday), late), Ok(()));
        let much_later = "2026-12-01T00:00:00Z".parse().unwrap();
        assert_eq!(
            may_close(tuesday, Some(sunday), much_later),
            Err(ReconciliationRefusal::DayOutOfOrder(monday))
        );
    }

    #[test]
    fn whatever_changes_in_a_day_breaks_its_hash() {
        let total = DayTotal {
            currency: "IDR".to_owned(),
            entry_count: 2,
            debits_minor: 5,
            credits_minor: 5,
        };
        let posted = Posted { totals: vec![total.clone()], entries_sha256: [7; 32] };
        let first =
            ClosedDay::close(day("2026-11-22"), None, posted.clone(), "a", Timestamp::UNIX_EPOCH);
        let next = ClosedDay::close(
            day("2026-11-23"),
            Some(&first),
            posted.clone(),
            "a",
            Timestamp::UNIX_EPOCH,
        );
        assert!(next.holds(&first.hash, &posted));
        assert!(!next.holds(&[0; 32], &posted));
        let other = Posted { entries_sha256: [8; 32], ..posted.clone() };
        assert!(!next.holds(&first.hash, &other));
        let more = DayTotal { debits_minor: 6, credits_minor: 6, ..total };
        assert!(!next.holds(&first.hash, &Posted { totals: vec![more], ..posted }));
    }
}
