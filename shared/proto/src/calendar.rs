//! Moments, days and spans on the wire.

use std::time::{Duration, SystemTime};

use chrono::{Datelike as _, NaiveDate};
use rangkai_primitives::Timestamp;

use crate::r#type::v1::Date;

/// Why a date on the wire is not a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a day of the calendar")]
pub struct DateError;

/// Why a moment or a span on the wire cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// A moment outside the years 1 to 9999.
    #[error("is not a moment between the years 1 and 9999")]
    Moment,
    /// A span of less than nothing.
    #[error("must not be negative")]
    Negative,
}

/// Writes a moment.
#[must_use]
pub fn time(moment: Timestamp) -> prost_types::Timestamp {
    SystemTime::from(moment).into()
}

/// Reads a moment, cut to the microsecond.
///
/// # Errors
///
/// When it is outside the years 1 to 9999.
pub fn read_time(wire: &prost_types::Timestamp) -> Result<Timestamp, TimeError> {
    let nanos = u32::try_from(wire.nanos).map_err(|_| TimeError::Moment)?;
    let micros = nanos / 1_000 * 1_000;
    Timestamp::from_timestamp(wire.seconds, micros)
        .filter(|moment| (1..=9999).contains(&moment.year()))
        .ok_or(TimeError::Moment)
}

/// Writes a day.
#[must_use]
pub fn date(day: NaiveDate) -> Date {
    let small = |number: u32| i32::try_from(number).unwrap_or_default();
    Date { year: day.year(), month: small(day.month()), day: small(day.day()) }
}

/// Reads a day.
///
/// # Errors
///
/// When the calendar has no such day.
pub fn read_date(wire: &Date) -> Result<NaiveDate, DateError> {
    let month = u32::try_from(wire.month).map_err(|_| DateError)?;
    let day = u32::try_from(wire.day).map_err(|_| DateError)?;
    NaiveDate::from_ymd_opt(wire.year, month, day).ok_or(DateError)
}

/// Writes a span.
#[must_use]
pub fn duration(span: Duration) -> prost_types::Duration {
    prost_types::Duration {
        seconds: i64::try_from(span.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(span.subsec_nanos()).unwrap_or_default(),
    }
}

/// Reads a span.
///
/// # Errors
///
/// When it is less than nothing.
pub fn read_duration(wire: &prost_types::Duration) -> Result<Duration, TimeError> {
    Duration::try_from(*wire).map_err(|_| TimeError::Negative)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_does_not_exist_is_refused() {
        assert_eq!(read_date(&Date { year: 2026, month: 2, day: 29 }), Err(DateError));
        assert!(read_date(&Date { year: 2028, month: 2, day: 29 }).is_ok());
    }
}
