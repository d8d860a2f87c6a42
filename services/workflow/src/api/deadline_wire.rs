//! Deadlines on the wire.

use rangkai_proto::{date, duration, time, workflow::v1 as wire};
use rangkai_rpc::Violations;

use crate::domain::deadline::{Change, Deadline, End, Entry, Remaining, Silence, State};

/// Reads what silence means.
pub fn read_silence(silence: wire::Silence, fields: &mut Violations) -> Option<Silence> {
    match silence {
        wire::Silence::Grant => Some(Silence::Grant),
        wire::Silence::Escalate => Some(Silence::Escalate),
        wire::Silence::Nothing => Some(Silence::Nothing),
        wire::Silence::Unspecified => fields.require("silence", None),
    }
}

/// Reads the state to look for; unspecified looks for all.
pub fn read_state(state: wire::DeadlineState) -> Option<State> {
    match state {
        wire::DeadlineState::Unspecified => None,
        wire::DeadlineState::Running => Some(State::Running),
        wire::DeadlineState::Stopped => Some(State::Stopped),
        wire::DeadlineState::Passed => Some(State::Passed),
        wire::DeadlineState::Closed => Some(State::Closed),
    }
}

/// A deadline with what is left of it.
pub fn write(deadline: Deadline, remaining: Option<Remaining>) -> wire::Deadline {
    let mut wire = wire::Deadline::from(deadline);
    match remaining {
        Some(Remaining::Days(days)) => wire.remaining_days = days,
        Some(Remaining::Time(left)) => wire.remaining_time = left.to_std().ok().map(duration),
        None => {}
    }
    wire
}

impl From<Deadline> for wire::Deadline {
    fn from(deadline: Deadline) -> Self {
        let (end, missing) = match deadline.end {
            End::Known(end) => (Some(end), None),
            End::Unknown(missing) => (None, Some(missing)),
            End::Open => (None, None),
        };
        Self {
            deadline_id: deadline.id.to_string(),
            case_id: deadline.case_id.map(|id| id.to_string()).unwrap_or_default(),
            name: deadline.name,
            calendar_code: deadline.calendar_code,
            rule: Some(deadline.rule.into()),
            extension: deadline.extension,
            silence: wire::Silence::from(deadline.silence).into(),
            silence_basis: deadline.silence_basis,
            state: wire::DeadlineState::from(deadline.state).into(),
            start_time: Some(time(deadline.start_time)),
            last_day: end.map(|end| date(end.last_day)),
            end_time: end.map(|end| time(end.time)),
            missing_year: missing.as_ref().map(|missing| missing.year).unwrap_or_default(),
            missing_calendar_code: missing.map(|missing| missing.calendar).unwrap_or_default(),
            remaining_days: 0,
            remaining_time: None,
            computation_id: deadline.computation.map(|id| id.to_string()).unwrap_or_default(),
            outcome: deadline.outcome.map(wire::DeadlineOutcome::from).unwrap_or_default().into(),
            update_time: Some(time(deadline.update_time)),
        }
    }
}

impl From<State> for wire::DeadlineState {
    fn from(state: State) -> Self {
        match state {
            State::Running => Self::Running,
            State::Stopped => Self::Stopped,
            State::Passed => Self::Passed,
            State::Closed => Self::Closed,
        }
    }
}

impl From<Entry> for wire::DeadlineEntry {
    fn from(entry: Entry) -> Self {
        let change = match entry.change {
            Change::Started => wire::DeadlineChange::Started,
            Change::Stopped => wire::DeadlineChange::Stopped,
            Change::Restarted => wire::DeadlineChange::Restarted,
            Change::Extended => wire::DeadlineChange::Extended,
            Change::Moved => wire::DeadlineChange::Moved,
            Change::Passed => wire::DeadlineChange::Passed,
            Change::Closed => wire::DeadlineChange::Closed,
        };
        Self {
            sequence: entry.sequence,
            change: change.into(),
            time: Some(time(entry.time)),
            reason: entry.reason,
            legal_basis: entry.legal_basis,
            amount: entry.amount,
            end_time: entry.end_time.map(time),
            computation_id: entry.computation.map(|id| id.to_string()).unwrap_or_default(),
        }
    }
}
