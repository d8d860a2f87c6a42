//! How fast orders may be handed to a rail.

use chrono::TimeDelta;
use rangkai_primitives::Timestamp;

/// How many orders a rail may be given just now, counted since some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    pub allowance: i64,
    pub since: Timestamp,
}

impl Pace {
    /// What may be given at `now`, when each second allows `per_second` more, up to `full`.
    pub fn at(self, now: Timestamp, per_second: i64, full: i64) -> Self {
        let per_second = per_second.max(1);
        let passed = (now - self.since).num_microseconds().unwrap_or(i64::MAX).max(0);
        let gained = i128::from(passed) * i128::from(per_second) / 1_000_000;
        let allowance = i128::from(self.allowance) + gained;
        if allowance >= i128::from(full) {
            return Self { allowance: full, since: now };
        }
        // What a fraction of an order took to wait for is not forgotten.
        let counted = gained * 1_000_000 / i128::from(per_second);
        let counted = TimeDelta::microseconds(i64::try_from(counted).unwrap_or_default());
        Self { allowance: i64::try_from(allowance).unwrap_or(full), since: self.since + counted }
    }

    /// What is left once `count` orders were given.
    pub fn spend(self, count: usize) -> Self {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        Self { allowance: self.allowance.saturating_sub(count).max(0), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_second_allows_more_than_it_should() {
        let start = Timestamp::UNIX_EPOCH;
        let after = |milliseconds| start + TimeDelta::milliseconds(milliseconds);
        let mut pace = Pace { allowance: 10, since: start };
        let mut given = 0;

        for milliseconds in (0..=60_000).step_by(37) {
            pace = pace.at(after(milliseconds), 3, 10);
            given += pace.allowance;
            pace = pace.spend(usize::try_from(pace.allowance).unwrap());
        }

        assert_eq!(given, 10 + 3 * 60);
        let rested = pace.at(after(1_000_000), 3, 10);
        assert_eq!(rested, Pace { allowance: 10, since: after(1_000_000) });
        let clock_set_back = rested.at(start, 3, 10);
        assert_eq!(clock_set_back.allowance, 10);
    }
}
