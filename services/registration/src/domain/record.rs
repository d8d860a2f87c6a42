//! Records: what was granted, from which day to which.

use chrono::{Months, NaiveDate};
use rangkai_primitives::{Id, Sensitive, Timestamp};

use super::{Application, Number, RecordKind, Subject, Validity};

/// What an application was granted.
#[derive(Clone, Debug)]
pub struct Record {
    pub id: Id<Record>,
    pub number: Number,
    pub application: Id<Application>,
    pub kind: String,
    pub holder: Subject,
    pub attributes: Sensitive<serde_json::Value>,
    pub valid_from: NaiveDate,
    pub valid_until: Option<NaiveDate>,
    pub create_time: Timestamp,
}

/// Whether a record has effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordState {
    Valid,
    Expired,
}

impl Record {
    /// The record of an application that is granted on `today`.
    ///
    /// The last day is the same day so many months later, or the last day of that month where it has
    /// no such day: what begins on 29 February 2028 for a year ends on 28 February 2029.
    pub fn issue(
        application: &Application,
        kind: &RecordKind,
        number: Number,
        attributes: serde_json::Value,
        (today, now): (NaiveDate, Timestamp),
    ) -> Self {
        let valid_until = match kind.validity {
            Validity::Months(months) => today.checked_add_months(Months::new(months)),
            Validity::Endless => None,
        };
        Self {
            id: Id::generate(),
            number,
            application: application.id,
            kind: kind.kind.clone(),
            holder: application.applicant.clone(),
            attributes: attributes.into(),
            valid_from: today,
            valid_until,
            create_time: now,
        }
    }

    /// Whether the record has effect on `today`.
    pub fn state(&self, today: NaiveDate) -> RecordState {
        match self.valid_until {
            Some(last) if last < today => RecordState::Expired,
            Some(_) | None => RecordState::Valid,
        }
    }
}
