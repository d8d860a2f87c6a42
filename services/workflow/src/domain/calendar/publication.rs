//! What a version of a calendar brings, and whether it may.

use chrono::{Datelike as _, NaiveDate};

use super::{Day, DayKind, Entry, Layer, Week, What, Withdrawal, Year};
use crate::domain::clock_refusal::ClockRefusal;

/// What somebody says to publish the next version of a calendar.
#[derive(Clone, Debug)]
pub struct Publication {
    /// The calendar, by its code.
    pub code: String,
    /// The etag that was read last; empty if that does not matter.
    pub etag: String,
    /// The years that are complete with it.
    pub years: Vec<Year>,
    /// The days to add.
    pub added: Vec<Day>,
    /// The days to take out.
    pub withdrawn: Vec<Withdrawal>,
    /// The weekly rest from a day on.
    pub week: Option<Week>,
}

impl Publication {
    /// Whether it brings nothing.
    pub fn is_empty(&self) -> bool {
        self.years.is_empty()
            && self.added.is_empty()
            && self.withdrawn.is_empty()
            && self.week.is_none()
    }

    /// The days of each of its lists, by the name of the list.
    pub fn lists(&self) -> [(&'static str, Vec<(NaiveDate, DayKind)>); 2] {
        let added = self.added.iter().map(|day| (day.date, day.kind));
        let withdrawn = self.withdrawn.iter().map(|it| (it.date, it.kind));
        [("added_days", added.collect()), ("withdrawn_days", withdrawn.collect())]
    }

    /// What it brings to a calendar as it is in `layer`. A day that is named anew in the version
    /// that takes it out is in.
    pub fn entries(self, layer: &Layer) -> Result<Vec<Entry>, ClockRefusal> {
        for gone in &self.withdrawn {
            if !layer.has(gone.date, gone.kind) {
                return Err(ClockRefusal::CalendarDayNotFound { date: gone.date, kind: gone.kind });
            }
        }
        for day in &self.added {
            let goes = self.withdrawn.iter().any(|it| (it.date, it.kind) == (day.date, day.kind));
            if layer.has(day.date, day.kind) && !goes {
                return Err(ClockRefusal::CalendarDayTaken { date: day.date, kind: day.kind });
            }
            if !self.years.iter().any(|year| year.year == day.date.year()) {
                layer.expect_year(day.date.year())?;
            }
        }
        let version = layer.calendar.version + 1;
        let years = self.years.into_iter().map(What::Year);
        let brought = years
            .chain(self.week.map(What::Week))
            .chain(self.withdrawn.into_iter().map(What::Withdrawn))
            .chain(self.added.into_iter().map(What::Added));
        Ok(brought.map(|what| Entry { version, what }).collect())
    }
}

/// The first day that is there twice as the same.
pub fn repeated(mut days: Vec<(NaiveDate, DayKind)>) -> Option<(NaiveDate, DayKind)> {
    days.sort_unstable();
    days.windows(2).find_map(|pair| match pair {
        [one, other] if one == other => Some(*one),
        _ => None,
    })
}
