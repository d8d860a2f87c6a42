//! Why a rule of calendars, terms and deadlines said no.

use chrono::NaiveDate;
use rangkai_primitives::Id;

use super::{
    calendar::{DEEPEST, DayKind, YearMissing},
    deadline::{Deadline, MOST_STOPS, State},
    term::{Computation, MOST},
};

/// A rule said no. Each variant has one reason in `workflow/v1/error_reason.proto`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClockRefusal {
    /// There is no such calendar, or not in that version, or it is not the agency's own.
    #[error("there is no calendar {0}")]
    CalendarNotFound(String),
    /// The agency has a calendar of that code.
    #[error("there is a calendar {0}")]
    CalendarTaken(String),
    /// Too many calendars would stand one above the other.
    #[error("more than {DEEPEST} calendars would stand one above the other")]
    CalendarTooDeep,
    /// The days of a year are not published.
    #[error("the calendar {} has not published the days of {}", .0.calendar, .0.year)]
    CalendarYearMissing(YearMissing),
    /// The calendar has the day already.
    #[error("the calendar has {date} already")]
    CalendarDayTaken {
        /// The day.
        date: NaiveDate,
        /// What it is.
        kind: DayKind,
    },
    /// The calendar does not have the day.
    #[error("the calendar does not have {date}")]
    CalendarDayNotFound {
        /// The day.
        date: NaiveDate,
        /// What it would be.
        kind: DayKind,
    },
    /// The calendar changed since it was read.
    #[error("the calendar changed; its etag is now {0}")]
    StaleEtag(String),
    /// There is no such computation in the agency.
    #[error("there is no computation {0}")]
    ComputationNotFound(Id<Computation>),
    /// There is no such deadline in the agency.
    #[error("there is no deadline {0}")]
    DeadlineNotFound(Id<Deadline>),
    /// The clock of the deadline does not run.
    #[error("deadline {deadline} is {state}, not running")]
    DeadlineNotRunning {
        /// The deadline.
        deadline: Id<Deadline>,
        /// Where it stands.
        state: State,
    },
    /// The clock of the deadline does not stand.
    #[error("deadline {deadline} is {state}, not stopped")]
    DeadlineNotStopped {
        /// The deadline.
        deadline: Id<Deadline>,
        /// Where it stands.
        state: State,
    },
    /// The deadline passed or was closed.
    #[error("deadline {deadline} is {state}")]
    DeadlineEnded {
        /// The deadline.
        deadline: Id<Deadline>,
        /// Where it stands.
        state: State,
    },
    /// It would be longer than any.
    #[error("deadline {0} would be longer than {MOST} units")]
    DeadlineTooLong(Id<Deadline>),
    /// The clock was stopped as often as one can be.
    #[error("the clock of deadline {0} was stopped {MOST_STOPS} times")]
    DeadlineStoppedTooOften(Id<Deadline>),
    /// A deadline begins when something happened, so not in the future.
    #[error("start_time must not be in the future")]
    StartsInFuture,
}

impl From<YearMissing> for ClockRefusal {
    fn from(missing: YearMissing) -> Self {
        Self::CalendarYearMissing(missing)
    }
}
