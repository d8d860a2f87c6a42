//! Calendars for the tests of how days are counted. Every holiday in them is invented.

use chrono::{Datelike as _, NaiveDate, Weekday};
use rangkai_primitives::{Id, Timestamp, Zone};

use crate::domain::{
    calendar::{
        ALWAYS, Almanac, Calendar, Day, DayKind, Entry, Layer, Text, Week, What, Withdrawal, Year,
    },
    term::{FirstDay, LastDay, Leave, Rule, Unit},
};

/// What says so, of everything that is invented.
pub const DECREE: &str = "Invented decree 1";

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn holiday(date: &str, name: &str) -> What {
    What::Added(named(date, DayKind::Holiday, name))
}

pub fn leave(date: &str, name: &str) -> What {
    What::Added(named(date, DayKind::CollectiveLeave, name))
}

pub fn withdrawn(date: &str) -> What {
    let source = "Invented decree 2".to_owned();
    What::Withdrawn(Withdrawal { date: day(date), kind: DayKind::Holiday, source })
}

pub fn year(year: i32) -> What {
    What::Year(Year { year, source: DECREE.to_owned() })
}

pub fn week(from: NaiveDate, rest: &[Weekday]) -> What {
    What::Week(Week { from, rest: rest.to_vec(), source: "Invented rule".to_owned() })
}

pub fn five_days() -> What {
    week(ALWAYS, &[Weekday::Sat, Weekday::Sun])
}

/// A calendar with what its versions brought, the first at version 1.
pub fn layer(code: &str, zone: Zone, brought: Vec<What>) -> Layer {
    let entries: Vec<_> =
        brought.into_iter().zip(1..).map(|(what, version)| Entry { version, what }).collect();
    Layer::of(calendar(code, zone, i32::try_from(entries.len()).unwrap()), entries)
}

pub fn calendar(code: &str, zone: Zone, version: i32) -> Calendar {
    Calendar {
        id: Id::generate(),
        agency: "platform".parse().unwrap(),
        code: code.to_owned(),
        title: Text { id: "Nasional".to_owned(), en: "National".to_owned() },
        zone,
        parent: None,
        parent_code: String::new(),
        version,
        create_time: Timestamp::UNIX_EPOCH,
        version_time: Timestamp::UNIX_EPOCH,
    }
}

/// A nation with a week of five days and some invented days of 2026 and 2027.
pub fn nation(zone: Zone) -> Almanac {
    let brought = vec![
        five_days(),
        year(2026),
        year(2027),
        leave("2026-12-24", "Cuti A"),
        holiday("2026-12-25", "Hari A"),
        // A Sunday.
        holiday("2026-11-22", "Hari B"),
        holiday("2027-01-01", "Hari C"),
    ];
    Almanac::of(vec![layer("nation", zone, brought)])
}

pub fn rule(unit: Unit, amount: i32) -> Rule {
    Rule {
        unit,
        amount,
        first_day: FirstDay::NotCounted,
        last_day: LastDay::Moves,
        leave: Leave::Rests,
        legal_basis: "Invented law 7".to_owned(),
    }
}

/// Numbers that look random and are the same in each run.
pub struct Numbers(pub u64);

impl Numbers {
    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// The days after `from` up to `to`.
pub fn between(from: NaiveDate, to: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    from.iter_days().skip(1).take_while(move |day| *day <= to)
}

/// Whether people work on a day of [`nation`], said in another way than the code says it.
pub fn works(date: NaiveDate) -> bool {
    let rests = ["2026-12-24", "2026-12-25", "2026-11-22", "2027-01-01"];
    date.weekday().number_from_monday() <= 5 && !rests.contains(&date.to_string().as_str())
}

fn named(date: &str, kind: DayKind, name: &str) -> Day {
    let name =
        Text { id: name.to_owned(), en: name.replace("Hari", "Day").replace("Cuti", "Leave") };
    Day { date: day(date), kind, name, source: DECREE.to_owned() }
}
