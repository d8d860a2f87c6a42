//! Counting days.

use chrono::{Datelike as _, Months, NaiveDate, TimeDelta};
use rangkai_primitives::{Timestamp, Zone};
use serde::{Deserialize, Serialize};

use super::{FirstDay, LastDay, Rule, Unit};
use crate::domain::calendar::{Almanac, Text, YearMissing};

/// What a count led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// The day on which the count ended.
    pub counted: NaiveDate,
    /// The last day, moved to a working day where the rule says so.
    pub last_day: NaiveDate,
    /// The first moment after it; in hours, the moment itself.
    pub end: Timestamp,
    /// Every day that was left out.
    pub skipped: Vec<Skipped>,
}

/// A day that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The day.
    pub date: NaiveDate,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// One reason why a day is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// What kind of reason.
    pub kind: ReasonKind,
    /// What the day is called.
    pub name: Option<Text>,
    /// What says so.
    pub source: String,
    /// The calendar that has it; empty for a first day.
    pub calendar: String,
}

/// What kind of reason leaves a day out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonKind {
    /// The term begins in it.
    FirstDay,
    /// Weekly rest.
    WeeklyRest,
    /// A holiday.
    Holiday,
    /// Collective leave.
    CollectiveLeave,
}

/// A time in which a clock stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standstill {
    /// When it was stopped.
    pub from: Timestamp,
    /// When it went on; none while it stands.
    pub to: Option<Timestamp>,
}

/// When a term ends that begins at `from`. A day on which the clock stood, if only for a moment, is
/// not counted.
pub fn deadline(
    almanac: &Almanac,
    rule: &Rule,
    from: Timestamp,
    stood: &[Standstill],
) -> Result<Term, YearMissing> {
    let zone = almanac.zone();
    if rule.unit == Unit::Hours {
        let end = from + hours(rule) + stood_for(stood);
        return Ok(Term::of_hours(zone, end));
    }
    let start = zone.date(from);
    let mut count = Count::new(almanac, rule, stood);
    let days = rule.days_from(start);
    let mut day = count.first(start);
    let mut counted = 0;
    loop {
        if count.counts(day)? {
            counted += 1;
        }
        if counted >= days {
            break;
        }
        day = after(day);
    }
    let counted = day;
    while count.moves(day)? {
        day = after(day);
    }
    Ok(Term { counted, last_day: day, end: end_of(zone, day), skipped: count.skipped })
}

/// When at the latest something must begin so that the whole term lies before `event`.
pub fn lead_time(almanac: &Almanac, rule: &Rule, event: Timestamp) -> Result<Term, YearMissing> {
    let zone = almanac.zone();
    if rule.unit == Unit::Hours {
        return Ok(Term::of_hours(zone, event - hours(rule)));
    }
    let date = zone.date(event);
    let mut count = Count::new(almanac, rule, &[]);
    let mut day = count.back(date)?;
    if rule.first_day == FirstDay::NotCounted {
        day = before(day);
    }
    let counted = day;
    while count.moves(day)? {
        day = before(day);
    }
    count.skipped.reverse();
    Ok(Term { counted, last_day: day, end: end_of(zone, day), skipped: count.skipped })
}

/// How many days are left of a term that began at `from`, when the clock stands since the last of
/// `stood`; none for a term in hours.
pub fn remaining(
    almanac: &Almanac,
    rule: &Rule,
    from: Timestamp,
    stood: &[Standstill],
) -> Result<Option<i32>, YearMissing> {
    let (zone, start) = (almanac.zone(), almanac.zone().date(from));
    let Some(last) = stood.last().filter(|_| rule.unit != Unit::Hours) else { return Ok(None) };
    let mut count = Count::new(almanac, rule, stood);
    let (mut day, mut left) = (count.first(start), rule.days_from(start));
    while day < zone.date(last.from) {
        left -= i32::from(count.counts(day)?);
        day = after(day);
    }
    Ok(Some(left))
}

/// The time in which a clock stood; it still does in the last if that has no end.
pub fn stood_for(stood: &[Standstill]) -> TimeDelta {
    stood.iter().filter_map(|it| Some(it.to? - it.from)).sum()
}

/// The length of a term in hours.
pub fn hours(rule: &Rule) -> TimeDelta {
    TimeDelta::hours(rule.amount.into())
}

/// A count under way, and what it left out so far.
struct Count<'a> {
    almanac: &'a Almanac,
    rule: &'a Rule,
    /// The first and the last day of each time in which the clock stood.
    stood: Vec<(NaiveDate, NaiveDate)>,
    skipped: Vec<Skipped>,
}

impl<'a> Count<'a> {
    fn new(almanac: &'a Almanac, rule: &'a Rule, stood: &[Standstill]) -> Self {
        let zone = almanac.zone();
        let days = |it: &Standstill| (zone.date(it.from), zone.date(it.to.unwrap_or(it.from)));
        Self { almanac, rule, stood: stood.iter().map(days).collect(), skipped: Vec::new() }
    }

    /// The first day that may count.
    fn first(&mut self, start: NaiveDate) -> NaiveDate {
        match self.rule.first_day {
            FirstDay::Counted => start,
            FirstDay::NotCounted => {
                self.skipped.push(Skipped {
                    date: start,
                    reasons: vec![Reason {
                        kind: ReasonKind::FirstDay,
                        name: None,
                        source: self.rule.legal_basis.clone(),
                        calendar: String::new(),
                    }],
                });
                after(start)
            }
        }
    }

    /// Whether a day counts; notes why not.
    fn counts(&mut self, day: NaiveDate) -> Result<bool, YearMissing> {
        if self.stands(day) {
            return Ok(false);
        }
        if self.rule.unit != Unit::WorkingDays {
            return Ok(true);
        }
        Ok(!self.rests(day)?)
    }

    /// Whether a last day moves on: it is a rest day, or one on which the clock stood.
    fn moves(&mut self, day: NaiveDate) -> Result<bool, YearMissing> {
        match self.rule.last_day {
            LastDay::Stays => Ok(false),
            LastDay::Moves => Ok(self.stands(day) || self.rests(day)?),
        }
    }

    /// The first day, from the last backwards, of a term that ends before `event`.
    fn back(&mut self, event: NaiveDate) -> Result<NaiveDate, YearMissing> {
        let amount = u32::try_from(self.rule.amount).unwrap_or_default();
        if self.rule.unit == Unit::Months {
            return Ok(event.checked_sub_months(Months::new(amount)).unwrap_or(NaiveDate::MIN));
        }
        let (mut day, mut counted) = (event, 0);
        while counted < amount {
            day = before(day);
            counted += u32::from(self.counts(day)?);
        }
        Ok(day)
    }

    fn rests(&mut self, date: NaiveDate) -> Result<bool, YearMissing> {
        let reasons = self.almanac.rest(date, self.rule.leave)?;
        let rests = !reasons.is_empty();
        if rests && self.skipped.last().is_none_or(|last| last.date != date) {
            self.skipped.push(Skipped { date, reasons });
        }
        Ok(rests)
    }

    fn stands(&self, day: NaiveDate) -> bool {
        self.stood.iter().any(|(from, to)| (*from..=*to).contains(&day))
    }
}

impl Rule {
    /// How many days a term has that begins in `start`.
    fn days_from(&self, start: NaiveDate) -> i32 {
        if self.unit != Unit::Months {
            return self.amount;
        }
        let months = Months::new(u32::try_from(self.amount).unwrap_or_default());
        let there = start.checked_add_months(months).unwrap_or(NaiveDate::MAX);
        // A month without the day ends the term with its own last day, whether the first counts or
        // not; else the term of a first day that counts ends a day earlier.
        let days = (there - start).num_days();
        let shorter = there < same_number(start, there);
        let first = i64::from(shorter && self.first_day == FirstDay::Counted);
        i32::try_from(days + first).unwrap_or(i32::MAX)
    }
}

impl Term {
    fn of_hours(zone: Zone, end: Timestamp) -> Self {
        let day = zone.date(end);
        Self { counted: day, last_day: day, end, skipped: Vec::new() }
    }
}

/// The day of the number that `start` has, counted on from the month of `there`.
fn same_number(start: NaiveDate, there: NaiveDate) -> NaiveDate {
    there + TimeDelta::days(i64::from(start.day()) - i64::from(there.day()))
}

fn after(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(NaiveDate::MAX)
}

fn before(day: NaiveDate) -> NaiveDate {
    day.pred_opt().unwrap_or(NaiveDate::MIN)
}

fn end_of(zone: Zone, day: NaiveDate) -> Timestamp {
    zone.start_of(after(day)).unwrap_or(Timestamp::MAX_UTC)
}
