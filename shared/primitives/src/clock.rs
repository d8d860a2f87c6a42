//! Where time comes from.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

/// A moment in UTC.
pub type Timestamp = chrono::DateTime<chrono::Utc>;

/// The process' source of the current time: the machine's clock plus a shift.
///
/// The shift is zero in production. A demonstration or a test moves it forward to see what a rule
/// does a week later; the rules themselves stay as they are. Clones share one shift.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    shift_micros: Arc<AtomicI64>,
}

impl Clock {
    /// The machine's own clock.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// The current moment, cut to the microsecond so that storage returns what was written.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that may ask the system")]
    pub fn now(&self) -> Timestamp {
        self.shifted(chrono::Utc::now())
    }

    /// `moment`, told by another clock such as the database's, moved by this clock's shift and cut
    /// to the microsecond.
    #[must_use]
    pub fn shifted(&self, moment: Timestamp) -> Timestamp {
        let micros =
            moment.timestamp_micros().saturating_add(self.shift_micros.load(Ordering::Relaxed));
        Timestamp::from_timestamp_micros(micros).unwrap_or_default()
    }

    /// Moves this clock and all its clones forward.
    pub fn advance(&self, by: Duration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.shift_micros.fetch_add(micros, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_one_shift() {
        let clock = Clock::system();
        let before = clock.clone().now();

        clock.clone().advance(Duration::from_hours(1));

        assert!(clock.now() - before >= chrono::TimeDelta::hours(1));
    }
}
