//! How each refusal of calendars, terms and deadlines looks on the wire.

use rangkai_primitives::Id;
use rangkai_proto::workflow::v1::ErrorReason;
use tonic::{Code, Status};

use super::status::{DOMAIN, broken};
use crate::domain::{
    calendar::{DEEPEST, DayKind},
    clock_refusal::ClockRefusal,
    deadline::{Deadline, MOST_STOPS, State},
    term::MOST,
};

/// The name and the value of each metadata.
type Metadata = Vec<(&'static str, String)>;

impl From<ClockRefusal> for Status {
    fn from(refusal: ClockRefusal) -> Self {
        let message = refusal.to_string();
        let Some((code, reason, metadata)) = read(refusal) else {
            let field = ("start_time".to_owned(), message.clone());
            return broken(message, std::iter::once(field));
        };
        rangkai_rpc::refusal(code, DOMAIN, reason.as_str_name(), metadata, message)
    }
}

/// What a refusal is on the wire; none where a field is wrong.
fn read(refusal: ClockRefusal) -> Option<(Code, ErrorReason, Metadata)> {
    use Code::{Aborted, AlreadyExists, FailedPrecondition, NotFound};
    let answer = match refusal {
        ClockRefusal::CalendarNotFound(code) => {
            (NotFound, ErrorReason::CalendarNotFound, vec![("calendar_code", code)])
        }
        ClockRefusal::CalendarTaken(code) => {
            (AlreadyExists, ErrorReason::CalendarTaken, vec![("calendar_code", code)])
        }
        ClockRefusal::CalendarTooDeep => {
            let most = vec![("most", DEEPEST.to_string())];
            (FailedPrecondition, ErrorReason::CalendarTooDeep, most)
        }
        ClockRefusal::CalendarYearMissing(missing) => {
            let year = missing.year.to_string();
            let metadata = vec![("calendar_code", missing.calendar), ("year", year)];
            (FailedPrecondition, ErrorReason::CalendarYearMissing, metadata)
        }
        ClockRefusal::CalendarDayTaken { date, kind } => {
            (AlreadyExists, ErrorReason::CalendarDayTaken, day(date.to_string(), kind))
        }
        ClockRefusal::CalendarDayNotFound { date, kind } => {
            (FailedPrecondition, ErrorReason::CalendarDayNotFound, day(date.to_string(), kind))
        }
        ClockRefusal::StaleEtag(etag) => (Aborted, ErrorReason::StaleEtag, vec![("etag", etag)]),
        ClockRefusal::ComputationNotFound(_) => {
            (NotFound, ErrorReason::ComputationNotFound, Vec::new())
        }
        ClockRefusal::DeadlineNotFound(_) => (NotFound, ErrorReason::DeadlineNotFound, Vec::new()),
        ClockRefusal::DeadlineNotRunning { deadline, state } => {
            (FailedPrecondition, ErrorReason::DeadlineNotRunning, standing(deadline, state))
        }
        ClockRefusal::DeadlineNotStopped { deadline, state } => {
            (FailedPrecondition, ErrorReason::DeadlineNotStopped, standing(deadline, state))
        }
        ClockRefusal::DeadlineEnded { deadline, state } => {
            (FailedPrecondition, ErrorReason::DeadlineEnded, standing(deadline, state))
        }
        ClockRefusal::DeadlineTooLong(deadline) => {
            (FailedPrecondition, ErrorReason::DeadlineTooLong, at_most(deadline, &MOST))
        }
        ClockRefusal::DeadlineStoppedTooOften(deadline) => (
            FailedPrecondition,
            ErrorReason::DeadlineStoppedTooOften,
            at_most(deadline, &MOST_STOPS),
        ),
        ClockRefusal::StartsInFuture => return None,
    };
    Some(answer)
}

fn day(date: String, kind: DayKind) -> Metadata {
    vec![("date", date), ("kind", kind.word().to_owned())]
}

fn standing(deadline: Id<Deadline>, state: State) -> Metadata {
    vec![("deadline_id", deadline.to_string()), ("state", state.to_string())]
}

fn at_most(deadline: Id<Deadline>, most: &dyn ToString) -> Metadata {
    vec![("deadline_id", deadline.to_string()), ("most", most.to_string())]
}
