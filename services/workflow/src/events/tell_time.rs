//! The facts that this block records of calendars and deadlines.

use rangkai_db::{DbErr, Tx};
use rangkai_events::record;
use rangkai_primitives::Timestamp;
use rangkai_proto::{
    date, time,
    workflow::v1::{
        self as wire, CalendarPublished, DeadlineClosed, DeadlineExtended, DeadlineMoved,
        DeadlinePassed, DeadlineRestarted, DeadlineStarted, DeadlineStopped,
    },
};

use crate::domain::{
    calendar::Calendar,
    deadline::{Deadline, Outcome, Silence},
};

/// A version of a calendar was published.
pub async fn calendar_published(tx: &Tx, calendar: &Calendar) -> Result<(), DbErr> {
    let fact = CalendarPublished {
        calendar_id: calendar.id.to_string(),
        code: calendar.code.clone(),
        version: calendar.version,
    };
    record(tx, calendar.id.uuid(), &fact).await
}

/// A deadline began.
pub async fn deadline_started(tx: &Tx, deadline: &Deadline) -> Result<(), DbErr> {
    let Told { deadline_id, case_id, name, last_day, end_time } = Told::of(deadline);
    let silence = wire::Silence::from(deadline.silence).into();
    let fact = DeadlineStarted { deadline_id, case_id, name, silence, last_day, end_time };
    record(tx, deadline.id.uuid(), &fact).await
}

/// The clock of a deadline was stopped.
pub async fn deadline_stopped(tx: &Tx, deadline: &Deadline) -> Result<(), DbErr> {
    let Told { deadline_id, case_id, name, .. } = Told::of(deadline);
    record(tx, deadline.id.uuid(), &DeadlineStopped { deadline_id, case_id, name }).await
}

/// The clock of a deadline went on.
pub async fn deadline_restarted(tx: &Tx, deadline: &Deadline) -> Result<(), DbErr> {
    let Told { deadline_id, case_id, name, last_day, end_time } = Told::of(deadline);
    let fact = DeadlineRestarted { deadline_id, case_id, name, last_day, end_time };
    record(tx, deadline.id.uuid(), &fact).await
}

/// A deadline was extended by so many units.
pub async fn deadline_extended(
    tx: &Tx,
    deadline: &Deadline,
    amount: i32,
    legal_basis: &str,
) -> Result<(), DbErr> {
    let Told { deadline_id, case_id, name, last_day, end_time } = Told::of(deadline);
    let legal_basis = legal_basis.to_owned();
    let fact =
        DeadlineExtended { deadline_id, case_id, name, amount, legal_basis, last_day, end_time };
    record(tx, deadline.id.uuid(), &fact).await
}

/// A calendar changed and the end of a deadline with it, which was `previous`.
pub async fn deadline_moved(
    tx: &Tx,
    deadline: &Deadline,
    previous: Option<Timestamp>,
) -> Result<(), DbErr> {
    let Told { deadline_id, case_id, name, last_day, end_time } = Told::of(deadline);
    let previous_end_time = previous.map(time);
    let fact = DeadlineMoved { deadline_id, case_id, name, last_day, end_time, previous_end_time };
    record(tx, deadline.id.uuid(), &fact).await
}

/// The time of a deadline was over without an answer.
pub async fn deadline_passed(tx: &Tx, deadline: &Deadline) -> Result<(), DbErr> {
    let Told { deadline_id, case_id, name, last_day, end_time } = Told::of(deadline);
    let silence = wire::Silence::from(deadline.silence).into();
    let silence_basis = deadline.silence_basis.clone();
    let fact =
        DeadlinePassed { deadline_id, case_id, name, silence, silence_basis, last_day, end_time };
    record(tx, deadline.id.uuid(), &fact).await
}

/// A deadline was answered.
pub async fn deadline_closed(tx: &Tx, deadline: &Deadline) -> Result<(), DbErr> {
    let Told { deadline_id, case_id, name, .. } = Told::of(deadline);
    let outcome = deadline.outcome.map(wire::DeadlineOutcome::from).unwrap_or_default().into();
    record(tx, deadline.id.uuid(), &DeadlineClosed { deadline_id, case_id, name, outcome }).await
}

/// What every fact about a deadline tells.
struct Told {
    deadline_id: String,
    case_id: String,
    name: String,
    last_day: Option<rangkai_proto::r#type::v1::Date>,
    end_time: Option<prost_types::Timestamp>,
}

impl Told {
    fn of(deadline: &Deadline) -> Self {
        let end = deadline.end.known();
        Self {
            deadline_id: deadline.id.to_string(),
            case_id: deadline.case_id.map(|id| id.to_string()).unwrap_or_default(),
            name: deadline.name.clone(),
            last_day: end.map(|end| date(end.last_day)),
            end_time: end.map(|end| time(end.time)),
        }
    }
}

impl From<Silence> for wire::Silence {
    fn from(silence: Silence) -> Self {
        match silence {
            Silence::Grant => Self::Grant,
            Silence::Escalate => Self::Escalate,
            Silence::Nothing => Self::Nothing,
        }
    }
}

impl From<Outcome> for wire::DeadlineOutcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::InTime => Self::InTime,
            Outcome::Late => Self::Late,
        }
    }
}
