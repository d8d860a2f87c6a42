//! A count of days as it is kept: what it was made from, and what it led to.

use rangkai_primitives::{Id, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Rule, Standstill, Term};
use crate::domain::{
    calendar::{Almanac, Text},
    deadline::Deadline,
};

/// A count of days; it is kept and never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Computation {
    /// The computation.
    pub id: Id<Computation>,
    /// The running deadline that it belongs to.
    pub deadline: Option<Id<Deadline>>,
    /// What it was made from.
    pub basis: Basis,
    /// What it led to.
    pub term: Term,
    /// When it was made.
    pub create_time: Timestamp,
}

/// What a count was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// Which way was counted.
    pub kind: Kind,
    /// The calendar first, then those above it.
    pub calendars: Vec<Used>,
    /// The zone, by its name in the IANA database.
    pub zone: String,
    /// The rule.
    pub rule: Rule,
    /// The beginning, or the event.
    pub from: Timestamp,
    /// When the clock stood.
    pub stood: Vec<Standstill>,
}

/// Which way was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Forwards to the end of a term.
    Deadline,
    /// Backwards to the latest beginning.
    LeadTime,
}

/// A calendar in the version that was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    /// The calendar.
    pub id: Uuid,
    /// Its code.
    pub code: String,
    /// What people call it.
    pub title: Text,
    /// The version.
    pub version: i32,
}

impl Computation {
    /// What is kept of `term`, made now from `basis`.
    pub fn keep(basis: Basis, term: Term, now: Timestamp) -> Self {
        Self { id: Id::generate(), deadline: None, basis, term, create_time: now }
    }

    /// The same, as one of a running deadline.
    #[must_use]
    pub fn of(self, deadline: Id<Deadline>) -> Self {
        Self { deadline: Some(deadline), ..self }
    }
}

impl Basis {
    /// A count by `almanac`.
    pub fn new(
        kind: Kind,
        almanac: &Almanac,
        rule: Rule,
        (from, stood): (Timestamp, &[Standstill]),
    ) -> Self {
        let calendars = almanac.layers().iter().map(|layer| Used {
            id: layer.calendar.id.uuid(),
            code: layer.calendar.code.clone(),
            title: layer.calendar.title.clone(),
            version: layer.calendar.version,
        });
        Self {
            kind,
            calendars: calendars.collect(),
            zone: almanac.zone().iana().to_owned(),
            rule,
            from,
            stood: stood.to_vec(),
        }
    }
}
