//! When instances start by themselves.

use super::event::EventFilter;
use chrono_tz::Tz;
use croner::Cron;
use rangkai_primitives::Timestamp;
use std::time::Duration;

/// What starts instances of a workflow.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// Time, if it does.
    pub time: Option<Times>,
    /// Any event that one of these waits for; the instance is given an array of it.
    pub on: Vec<EventFilter>,
    /// Whether each start that was missed is made up for, and not only the last.
    pub all_missed: bool,
}

/// Which moments start instances.
#[derive(Clone, Debug)]
pub enum Times {
    /// One in every so much time, counted from the publication; the first when that is over.
    Every(Duration),
    /// Those of a timetable.
    Cron(Box<Timetable>),
    /// So long after the instance before ended; the first at once.
    After(Duration),
}

/// A cron pattern and the zone whose clocks it is about.
#[derive(Clone, Debug)]
pub struct Timetable {
    pattern: Cron,
    zone: Tz,
}

impl Timetable {
    /// Reads a pattern of five fields, or of six with seconds first.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn parse(pattern: &str, zone: Tz) -> Result<Self, String> {
        let pattern = pattern.parse::<Cron>().map_err(|error| error.to_string())?;
        Ok(Self { pattern, zone })
    }

    fn next(&self, after: Timestamp) -> Option<Timestamp> {
        let local = after.with_timezone(&self.zone);
        let found = self.pattern.find_next_occurrence(&local, false).ok()?;
        Some(found.to_utc())
    }
}

impl Schedule {
    /// The first moment after `after` that starts an instance, where time alone says so, of a
    /// workflow that was published at `published`.
    #[must_use]
    pub fn next(&self, published: Timestamp, after: Timestamp) -> Option<Timestamp> {
        match self.time.as_ref()? {
            Times::Every(span) => {
                let span = i64::try_from(span.as_micros()).ok().filter(|span| *span > 0)?;
                let gone = (after - published).num_microseconds()?;
                let turns = gone.div_euclid(span).checked_add(1)?.max(1);
                published
                    .checked_add_signed(chrono::TimeDelta::microseconds(turns.checked_mul(span)?))
            }
            Times::Cron(timetable) => timetable.next(after),
            Times::After(_) => None,
        }
    }

    /// The moments that start instances now, since the first of them was `due`, and the one after
    /// them. Of those that were missed only the last, unless all are wanted; then at most `most` at
    /// once.
    #[must_use]
    pub fn due(
        &self,
        published: Timestamp,
        due: Timestamp,
        (now, most): (Timestamp, usize),
    ) -> (Vec<Timestamp>, Option<Timestamp>) {
        let mut moments = vec![due];
        let mut next = self.next(published, due);
        while let Some(moment) = next.filter(|moment| *moment <= now) {
            if self.all_missed && moments.len() >= most {
                break;
            }
            if !self.all_missed {
                moments.clear();
            }
            moments.push(moment);
            next = self.next(published, moment);
        }
        (moments, next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn schedule(time: Times, all_missed: bool) -> Schedule {
        Schedule { time: Some(time), on: Vec::new(), all_missed }
    }

    fn cron(pattern: &str, zone: Tz) -> Times {
        Times::Cron(Box::new(Timetable::parse(pattern, zone).unwrap()))
    }

    #[test]
    fn a_timetable_is_about_the_clocks_of_its_zone() {
        let start = at("2026-12-01T00:30:00Z");
        for (zone, first) in [
            (chrono_tz::Asia::Jakarta, "2026-12-01T01:00:00Z"),
            (chrono_tz::Asia::Makassar, "2026-12-02T00:00:00Z"),
            (chrono_tz::Asia::Jayapura, "2026-12-01T23:00:00Z"),
        ] {
            let found = schedule(cron("0 8 * * *", zone), false).next(start, start);
            assert_eq!(found, Some(at(first)), "{zone}");
        }
        assert!(Timetable::parse("61 * * * *", chrono_tz::UTC).is_err());
    }

    #[test]
    fn an_interval_counts_from_the_publication() {
        let published = at("2026-12-01T00:00:10Z");
        let hourly = schedule(Times::Every(Duration::from_hours(1)), false);
        for (after, next) in [
            ("2026-12-01T00:00:10Z", "2026-12-01T01:00:10Z"),
            ("2026-12-01T01:00:09Z", "2026-12-01T01:00:10Z"),
            ("2026-12-01T01:00:10Z", "2026-12-01T02:00:10Z"),
            ("2026-11-30T01:00:10Z", "2026-12-01T01:00:10Z"),
        ] {
            assert_eq!(hourly.next(published, at(after)), Some(at(next)), "{after}");
        }
    }

    #[test]
    fn of_what_was_missed_only_the_last_starts_unless_all_are_wanted() {
        let published = at("2026-12-01T00:00:00Z");
        let (due, now) = (at("2026-12-01T01:00:00Z"), at("2026-12-01T05:30:00Z"));
        let hours = |hours: &[u32]| -> Vec<_> {
            hours.iter().map(|hour| at(&format!("2026-12-01T0{hour}:00:00Z"))).collect()
        };
        let hourly = || cron("0 * * * *", chrono_tz::UTC);

        let last = schedule(hourly(), false).due(published, due, (now, 3));
        assert_eq!(last, (hours(&[5]), Some(at("2026-12-01T06:00:00Z"))));
        let all = schedule(hourly(), true).due(published, due, (now, 3));
        assert_eq!(all, (hours(&[1, 2, 3]), Some(at("2026-12-01T04:00:00Z"))));
        let after = schedule(Times::After(Duration::from_hours(1)), false);
        assert_eq!(after.due(published, due, (now, 3)), (vec![due], None));
    }
}
