//! What is to be looked up of a day: whether people rest, why, and what says so.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use rangkai_primitives::Zone;

use super::{Calendar, Day, DayKind, Entry, Week, What, Withdrawal, Year};
use crate::domain::term::{Leave, Reason, ReasonKind};

/// One calendar in one version, with everything that it has of its own.
#[derive(Clone, Debug)]
pub struct Layer {
    /// The calendar, in the version that was looked at.
    pub calendar: Calendar,
    /// The years that are published.
    pub years: BTreeMap<i32, Year>,
    /// The weekly rest, by its first day.
    pub weeks: BTreeMap<NaiveDate, Week>,
    /// The days, those that were taken out too.
    pub days: Vec<Published>,
}

/// A day as published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The day.
    pub day: Day,
    /// The version that added it.
    pub added: i32,
    /// The version that took it out and what did; none while it is in.
    pub withdrawn: Option<(i32, Withdrawal)>,
}

/// A calendar and those above it, to count days by.
#[derive(Clone, Debug)]
pub struct Almanac {
    /// The calendar first, then its parent, and so on; never empty.
    layers: Vec<Layer>,
    zone: Zone,
}

/// The days of a year are not published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YearMissing {
    /// The calendar that does not have them, by its code.
    pub calendar: String,
    /// The year.
    pub year: i32,
}

impl Layer {
    /// What a calendar has in its version, by what each version up to that one brought.
    pub fn of(calendar: Calendar, entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut layer =
            Self { calendar, years: BTreeMap::new(), weeks: BTreeMap::new(), days: Vec::new() };
        let newest = layer.calendar.version;
        for entry in entries.into_iter().filter(|entry| entry.version <= newest) {
            layer.take(entry);
        }
        layer
    }

    fn take(&mut self, entry: Entry) {
        match entry.what {
            What::Year(year) => {
                self.years.insert(year.year, year);
            }
            What::Week(week) => {
                self.weeks.insert(week.from, week);
            }
            What::Added(day) => {
                self.days.push(Published { day, added: entry.version, withdrawn: None });
            }
            What::Withdrawn(withdrawal) => {
                let is_it = |it: &&mut Published| it.is(withdrawal.date, withdrawal.kind);
                if let Some(found) = self.days.iter_mut().find(is_it) {
                    found.withdrawn = Some((entry.version, withdrawal));
                }
            }
        }
    }

    /// The days of a year, those that were taken out too.
    pub fn days_of(&self, year: i32) -> impl Iterator<Item = &Published> {
        self.days.iter().filter(move |it| it.day.date.year() == year)
    }

    /// Whether it has this day.
    pub fn has(&self, date: NaiveDate, kind: DayKind) -> bool {
        self.days.iter().any(|it| it.is(date, kind))
    }

    /// That it has the days of a year.
    pub fn expect_year(&self, year: i32) -> Result<(), YearMissing> {
        if self.years.contains_key(&year) {
            return Ok(());
        }
        Err(YearMissing { calendar: self.calendar.code.clone(), year })
    }

    /// The weekly rest that is in effect on a day, if it says anything of it.
    fn week(&self, date: NaiveDate) -> Option<&Week> {
        self.weeks.range(..=date).next_back().map(|(_, week)| week)
    }
}

impl Published {
    /// Whether this is the day, and it is in.
    pub fn is(&self, date: NaiveDate, kind: DayKind) -> bool {
        self.withdrawn.is_none() && self.day.date == date && self.day.kind == kind
    }
}

impl Almanac {
    /// The days of `layers`: a calendar, its parent, and so on.
    pub fn of(layers: Vec<Layer>) -> Self {
        let zone = layers.first().map(|layer| layer.calendar.zone).unwrap_or_default();
        Self { layers, zone }
    }

    /// The zone in which its days begin and end.
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// The calendar and those above it.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Grows whenever one of its calendars has a new version.
    pub fn version(&self) -> i64 {
        self.layers.iter().map(|layer| i64::from(layer.calendar.version)).sum()
    }

    /// Why people rest on a day; there is no reason for a working day. A day of a year that is not
    /// published is neither.
    pub fn rest(&self, date: NaiveDate, leave: Leave) -> Result<Vec<Reason>, YearMissing> {
        let mut reasons = Vec::new();
        // The parents last: what they do not know is what most calendars wait for.
        for layer in self.layers.iter().rev() {
            layer.expect_year(date.year())?;
        }
        let week = self.layers.iter().find_map(|layer| Some((layer, layer.week(date)?)));
        if let Some((layer, week)) = week.filter(|(_, week)| week.rest.contains(&date.weekday())) {
            reasons.push(Reason {
                kind: ReasonKind::WeeklyRest,
                name: None,
                source: week.source.clone(),
                calendar: layer.calendar.code.clone(),
            });
        }
        for layer in &self.layers {
            let days = layer.days.iter().filter(|it| it.withdrawn.is_none()).map(|it| &it.day);
            let days = days.filter(|day| day.date == date);
            reasons.extend(days.filter_map(|day| reason(day, leave, &layer.calendar.code)));
        }
        Ok(reasons)
    }
}

fn reason(day: &Day, leave: Leave, calendar: &str) -> Option<Reason> {
    let kind = match (day.kind, leave) {
        (DayKind::Holiday, _) => ReasonKind::Holiday,
        (DayKind::CollectiveLeave, Leave::Rests) => ReasonKind::CollectiveLeave,
        (DayKind::CollectiveLeave, Leave::Works) => return None,
    };
    Some(Reason {
        kind,
        name: Some(day.name.clone()),
        source: day.source.clone(),
        calendar: calendar.to_owned(),
    })
}
