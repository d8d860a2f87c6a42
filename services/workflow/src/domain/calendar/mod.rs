//! Calendars: what is known of the rest days of a place, added and withdrawn in versions.

mod almanac;
mod publication;

use chrono::{NaiveDate, Weekday};
use rangkai_primitives::{Agency, Id, Timestamp, Zone};
use serde::{Deserialize, Serialize};

pub use almanac::{Almanac, Layer, Published, YearMissing};
pub use publication::{Publication, repeated};

use super::clock_refusal::ClockRefusal;

/// The most calendars that stand one above the other.
pub const DEEPEST: usize = 4;
/// The first day of what holds always.
pub const ALWAYS: NaiveDate = match NaiveDate::from_ymd_opt(1, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// A calendar; its days are kept beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// The calendar.
    pub id: Id<Calendar>,
    /// Whose it is; one of the platform is for every agency.
    pub agency: Agency,
    /// What it is called in requests.
    pub code: String,
    /// What people call it.
    pub title: Text,
    /// The zone in which its days begin and end.
    pub zone: Zone,
    /// The calendar whose days it has too.
    pub parent: Option<Id<Calendar>>,
    /// The code of that one; empty when there is none.
    pub parent_code: String,
    /// The version, from 1.
    pub version: i32,
    /// When it was created.
    pub create_time: Timestamp,
    /// When this version was published.
    pub version_time: Timestamp,
}

/// What somebody says to create a calendar.
#[derive(Clone, Debug)]
pub struct NewCalendar {
    /// What it is called in requests.
    pub code: String,
    /// What people call it.
    pub title: Text,
    /// The zone in which its days begin and end.
    pub zone: Zone,
    /// The code of the calendar whose days it has too; empty when there is none.
    pub parent_code: String,
    /// The weekly rest, where it is not that of the parent.
    pub week: Option<Week>,
}

/// A text in the two languages of the platform.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// In Indonesian.
    pub id: String,
    /// In English.
    pub en: String,
}

/// Which days of the week are for rest, from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Week {
    /// The first day of it.
    pub from: NaiveDate,
    /// The days.
    pub rest: Vec<Weekday>,
    /// What says so.
    pub source: String,
}

/// A year whose days are published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Year {
    /// The year.
    pub year: i32,
    /// What sets its days.
    pub source: String,
}

/// A day that is no ordinary one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// The day.
    pub date: NaiveDate,
    /// What makes it so.
    pub kind: DayKind,
    /// What it is called.
    pub name: Text,
    /// What names it.
    pub source: String,
}

/// What makes a day no ordinary one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DayKind {
    /// A holiday.
    Holiday,
    /// Collective leave.
    CollectiveLeave,
}

/// One thing that a version brought; entries are added and never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The version.
    pub version: i32,
    /// What it brought.
    pub what: What,
}

/// What a version brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The days of a year are complete.
    Year(Year),
    /// The weekly rest from a day on.
    Week(Week),
    /// A day.
    Added(Day),
    /// A day is taken out.
    Withdrawn(Withdrawal),
}

/// A day that is taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// The day.
    pub date: NaiveDate,
    /// What it was published as.
    pub kind: DayKind,
    /// What takes it out.
    pub source: String,
}

impl Calendar {
    /// A new calendar below `line`, which begins with its parent; none stands above the last.
    pub fn create(
        agency: Agency,
        new: &NewCalendar,
        line: &[Self],
        now: Timestamp,
    ) -> Result<Self, ClockRefusal> {
        if line.len() >= DEEPEST {
            return Err(ClockRefusal::CalendarTooDeep);
        }
        Ok(Self {
            id: Id::generate(),
            agency,
            code: new.code.clone(),
            title: new.title.clone(),
            zone: new.zone,
            parent: line.first().map(|parent| parent.id),
            parent_code: line.first().map(|parent| parent.code.clone()).unwrap_or_default(),
            version: 1,
            create_time: now,
            version_time: now,
        })
    }

    /// What changes with each version.
    pub fn etag(&self) -> String {
        self.version.to_string()
    }

    /// Whether it is for every agency.
    pub fn is_shared(&self) -> bool {
        self.agency == Agency::platform()
    }

    /// The next version of it.
    pub fn publish(self, now: Timestamp) -> Self {
        Self { version: self.version + 1, version_time: now, ..self }
    }

    /// That the caller read it as it is now; an empty etag asks for nothing.
    pub fn expect_etag(&self, etag: &str) -> Result<(), ClockRefusal> {
        if etag.is_empty() || etag == self.etag() {
            Ok(())
        } else {
            Err(ClockRefusal::StaleEtag(self.etag()))
        }
    }
}

impl DayKind {
    /// The word under which it is kept.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Holiday => "holiday",
            Self::CollectiveLeave => "collective_leave",
        }
    }
}
