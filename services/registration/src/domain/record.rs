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
    pub fn issue(
        application: &Application,
        kind: &RecordKind,
        number: Number,
        attributes: serde_json::Value,
        (today, now): (NaiveDate, Timestamp),
    ) -> Self {
        Self {
            id: Id::generate(),
            number,
            application: application.id,
            kind: kind.kind.clone(),
            holder: application.applicant.clone(),
            attributes: attributes.into(),
            valid_from: today,
            valid_until: kind.validity.last_day(today),
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

impl Validity {
    /// The last day of what begins on `first`: the same day so many months later, or the last day of
    /// that month where it has no such day.
    fn last_day(self, first: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Months(months) => first.checked_add_months(Months::new(months)),
            Self::Endless => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_ends_on_the_same_day_or_the_last_one_that_the_month_has() {
        let table = [
            ("2026-11-22", Validity::Months(60), Some("2031-11-22")),
            ("2028-02-29", Validity::Months(12), Some("2029-02-28")),
            ("2028-02-29", Validity::Months(48), Some("2032-02-29")),
            ("2026-08-31", Validity::Months(6), Some("2027-02-28")),
            ("2026-11-22", Validity::Endless, None),
        ];
        for (first, validity, last) in table {
            let last = last.map(|day| day.parse().unwrap());
            assert_eq!(validity.last_day(first.parse().unwrap()), last, "{first}");
        }
    }
}
