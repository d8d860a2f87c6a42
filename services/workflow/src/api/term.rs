//! Rules and computations on the wire.

use chrono::Datelike as _;
use rangkai_primitives::Timestamp;
use rangkai_proto::{date, time, r#type::v1 as words, workflow::v1 as wire};
use rangkai_rpc::Violations;

use crate::domain::{
    calendar::Text,
    term::{
        Computation, FirstDay, Kind, LastDay, Leave, Reason, ReasonKind, Rule, Skipped, Standstill,
        Unit, Used,
    },
};

/// Reads a rule; what is not said of it is as the contract says.
pub fn read_rule(rule: Option<wire::CountingRule>, fields: &mut Violations) -> Option<Rule> {
    let wire = fields.require("rule", rule)?;
    let unit = match wire.unit() {
        wire::TermUnit::WorkingDays => Some(Unit::WorkingDays),
        wire::TermUnit::CalendarDays => Some(Unit::CalendarDays),
        wire::TermUnit::Hours => Some(Unit::Hours),
        wire::TermUnit::Months => Some(Unit::Months),
        wire::TermUnit::Unspecified => fields.require("rule.unit", None),
    };
    let by_the_clock = unit == Some(Unit::Hours);
    if by_the_clock && wire.first_day() != wire::FirstDay::Unspecified {
        fields.add("rule.first_day", "must be unspecified, because hours begin at once");
    }
    if by_the_clock && wire.last_day() != wire::LastDay::Unspecified {
        fields.add("rule.last_day", "must be unspecified, because hours never move");
    }
    Some(Rule {
        unit: unit?,
        amount: wire.amount,
        first_day: match wire.first_day() {
            wire::FirstDay::Unspecified | wire::FirstDay::NotCounted => FirstDay::NotCounted,
            wire::FirstDay::Counted => FirstDay::Counted,
        },
        last_day: match wire.last_day() {
            wire::LastDay::Unspecified | wire::LastDay::Moves => LastDay::Moves,
            wire::LastDay::Stays => LastDay::Stays,
        },
        leave: match wire.collective_leave() {
            wire::CollectiveLeave::Unspecified | wire::CollectiveLeave::Rests => Leave::Rests,
            wire::CollectiveLeave::Works => Leave::Works,
        },
        legal_basis: wire.legal_basis,
    })
}

/// Reads a moment that days are counted from, if there is one.
pub fn read_moment(
    field: &str,
    moment: Option<prost_types::Timestamp>,
    fields: &mut Violations,
) -> Option<Timestamp> {
    let moment = fields.keep(field, rangkai_proto::read_time(&moment?))?;
    if !(1900..=2200).contains(&moment.year()) {
        fields.add(field, "must be between the years 1900 and 2200");
        return None;
    }
    Some(moment)
}

impl From<Rule> for wire::CountingRule {
    fn from(rule: Rule) -> Self {
        let unit = match rule.unit {
            Unit::WorkingDays => wire::TermUnit::WorkingDays,
            Unit::CalendarDays => wire::TermUnit::CalendarDays,
            Unit::Hours => wire::TermUnit::Hours,
            Unit::Months => wire::TermUnit::Months,
        };
        let (first_day, last_day, leave) = match rule.unit {
            Unit::Hours => <(wire::FirstDay, wire::LastDay, wire::CollectiveLeave)>::default(),
            Unit::WorkingDays | Unit::CalendarDays | Unit::Months => {
                (rule.first_day.into(), rule.last_day.into(), rule.leave.into())
            }
        };
        Self {
            unit: unit.into(),
            amount: rule.amount,
            first_day: first_day.into(),
            last_day: last_day.into(),
            collective_leave: leave.into(),
            legal_basis: rule.legal_basis,
        }
    }
}

impl From<FirstDay> for wire::FirstDay {
    fn from(first_day: FirstDay) -> Self {
        match first_day {
            FirstDay::NotCounted => Self::NotCounted,
            FirstDay::Counted => Self::Counted,
        }
    }
}

impl From<LastDay> for wire::LastDay {
    fn from(last_day: LastDay) -> Self {
        match last_day {
            LastDay::Moves => Self::Moves,
            LastDay::Stays => Self::Stays,
        }
    }
}

impl From<Leave> for wire::CollectiveLeave {
    fn from(leave: Leave) -> Self {
        match leave {
            Leave::Rests => Self::Rests,
            Leave::Works => Self::Works,
        }
    }
}

impl From<Computation> for wire::Computation {
    fn from(computation: Computation) -> Self {
        let Computation { id, deadline, basis, term, create_time } = computation;
        let kind = match basis.kind {
            Kind::Deadline => wire::ComputationKind::Deadline,
            Kind::LeadTime => wire::ComputationKind::LeadTime,
        };
        Self {
            computation_id: id.to_string(),
            kind: kind.into(),
            calendar_code: basis.calendars.first().map(|it| it.code.clone()).unwrap_or_default(),
            calendars: basis.calendars.into_iter().map(Into::into).collect(),
            zone: basis.zone,
            rule: Some(basis.rule.into()),
            from_time: Some(time(basis.from)),
            standstills: basis.stood.into_iter().map(Into::into).collect(),
            counted_day: Some(date(term.counted)),
            last_day: Some(date(term.last_day)),
            end_time: Some(time(term.end)),
            skipped_days: term.skipped.into_iter().map(Into::into).collect(),
            deadline_id: deadline.map(|id| id.to_string()).unwrap_or_default(),
            create_time: Some(time(create_time)),
        }
    }
}

impl From<Used> for wire::UsedCalendar {
    fn from(used: Used) -> Self {
        Self {
            calendar_id: used.id.to_string(),
            code: used.code,
            title: Some(used.title.into()),
            version: used.version,
        }
    }
}

impl From<Standstill> for wire::Standstill {
    fn from(stood: Standstill) -> Self {
        Self { stop_time: Some(time(stood.from)), restart_time: stood.to.map(time) }
    }
}

impl From<Skipped> for wire::SkippedDay {
    fn from(skipped: Skipped) -> Self {
        let reasons = skipped.reasons.into_iter().map(Into::into).collect();
        Self { date: Some(date(skipped.date)), reasons }
    }
}

impl From<Reason> for wire::SkipReason {
    fn from(reason: Reason) -> Self {
        let kind = match reason.kind {
            ReasonKind::FirstDay => wire::SkipKind::FirstDay,
            ReasonKind::WeeklyRest => wire::SkipKind::WeeklyRest,
            ReasonKind::Holiday => wire::SkipKind::Holiday,
            ReasonKind::CollectiveLeave => wire::SkipKind::CollectiveLeave,
        };
        Self {
            kind: kind.into(),
            name: reason.name.map(Into::into),
            source: reason.source,
            calendar_code: reason.calendar,
        }
    }
}

impl From<words::Text> for Text {
    fn from(text: words::Text) -> Self {
        Self { id: text.id, en: text.en }
    }
}

impl From<Text> for words::Text {
    fn from(text: Text) -> Self {
        Self { id: text.id, en: text.en }
    }
}
