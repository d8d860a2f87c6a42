//! Deadlines: the clocks of cases, which stop, go on, are extended, and pass or are answered.

mod words;

use chrono::TimeDelta;
use rangkai_primitives::{Id, Timestamp};
use uuid::Uuid;

pub use words::{Change, Outcome, Silence, State};

use super::{
    calendar::{Calendar, YearMissing},
    clock_refusal::ClockRefusal,
    term::{Computation, MOST, Rule, Standstill, Term, hours, stood_for},
};

/// How often a clock can be stopped.
pub const MOST_STOPS: usize = 50;

/// The time in which an authority has to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// The deadline.
    pub id: Id<Deadline>,
    /// The case that it belongs to.
    pub case_id: Option<Uuid>,
    /// What has to happen in time.
    pub name: String,
    /// The calendar.
    pub calendar: Id<Calendar>,
    /// Its code.
    pub calendar_code: String,
    /// What the versions of the calendar and of those above it sum up to, as they were used last.
    pub calendar_version: i64,
    /// How it is counted, as it was started.
    pub rule: Rule,
    /// How many units it was extended by.
    pub extension: i32,
    /// What silence means.
    pub silence: Silence,
    /// What says so.
    pub silence_basis: String,
    /// Where it stands.
    pub state: State,
    /// When it began.
    pub start_time: Timestamp,
    /// When its clock stood.
    pub stood: Vec<Standstill>,
    /// When it ends.
    pub end: End,
    /// The computation of the end that is known, or was known last.
    pub computation: Option<Id<Computation>>,
    /// Whether the answer came in time.
    pub outcome: Option<Outcome>,
    /// How many things happened to it.
    pub changes: i64,
    /// When it was last changed.
    pub update_time: Timestamp,
}

/// What somebody says to start a deadline.
#[derive(Clone, Debug)]
pub struct NewDeadline {
    /// The case that it belongs to.
    pub case_id: Option<Uuid>,
    /// What has to happen in time.
    pub name: String,
    /// The calendar, by its code.
    pub calendar_code: String,
    /// How it is counted.
    pub rule: Rule,
    /// What silence means.
    pub silence: Silence,
    /// What says so.
    pub silence_basis: String,
    /// When it begins; now, if nothing is said.
    pub start_time: Option<Timestamp>,
}

/// When a deadline ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Then, if the clock runs to it.
    Known(KnownEnd),
    /// The clock stands.
    Open,
    /// A calendar has to publish a year first.
    Unknown(YearMissing),
}

/// An end that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownEnd {
    /// The last day.
    pub last_day: chrono::NaiveDate,
    /// The first moment that is too late.
    pub time: Timestamp,
}

/// One thing that happened to a deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place, from 1.
    pub sequence: i64,
    /// What happened.
    pub change: Change,
    /// When.
    pub time: Timestamp,
    /// Why, as somebody wrote it.
    pub reason: String,
    /// What allows an extension.
    pub legal_basis: String,
    /// How many units it was extended by.
    pub amount: i32,
    /// The end after it, if that is known.
    pub end_time: Option<Timestamp>,
    /// The computation of that end.
    pub computation: Option<Id<Computation>>,
}

/// What is left of a deadline whose clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remaining {
    /// So many days.
    Days(i32),
    /// So much time.
    Time(TimeDelta),
}

impl Deadline {
    /// A deadline that begins at `start_time`; its end is to be computed.
    pub fn start(
        new: NewDeadline,
        calendar: &Calendar,
        now: Timestamp,
    ) -> Result<Self, ClockRefusal> {
        let start_time = new.start_time.unwrap_or(now);
        if start_time > now {
            return Err(ClockRefusal::StartsInFuture);
        }
        Ok(Self {
            id: Id::generate(),
            case_id: new.case_id,
            name: new.name,
            calendar: calendar.id,
            calendar_code: calendar.code.clone(),
            calendar_version: 0,
            rule: new.rule,
            extension: 0,
            silence: new.silence,
            silence_basis: new.silence_basis,
            state: State::Running,
            start_time,
            stood: Vec::new(),
            end: End::Open,
            computation: None,
            outcome: None,
            changes: 0,
            update_time: now,
        })
    }

    /// The rule with every extension.
    pub fn whole_rule(&self) -> Rule {
        self.rule.extended(self.extension)
    }

    /// Where it stands at `now`: one whose time is over has passed, told or not.
    pub fn state_at(&self, now: Timestamp) -> State {
        if self.is_over(now) { State::Passed } else { self.state }
    }

    /// Whether its time is over and it was not told yet.
    pub fn is_over(&self, now: Timestamp) -> bool {
        let over = |end: KnownEnd| end.time <= now;
        self.state == State::Running && self.end.known().is_some_and(over)
    }

    /// The deadline with its clock stopped.
    pub fn stop(self, now: Timestamp) -> Result<Self, ClockRefusal> {
        let state = self.state_at(now);
        if state != State::Running {
            return Err(ClockRefusal::DeadlineNotRunning { deadline: self.id, state });
        }
        if self.stood.len() >= MOST_STOPS {
            return Err(ClockRefusal::DeadlineStoppedTooOften(self.id));
        }
        let mut stood = self.stood.clone();
        stood.push(Standstill { from: now, to: None });
        Ok(Self { state: State::Stopped, stood, end: End::Open, ..self })
    }

    /// The deadline with its clock going on; its end is to be computed.
    pub fn restart(self, now: Timestamp) -> Result<Self, ClockRefusal> {
        if self.state != State::Stopped {
            let state = self.state_at(now);
            return Err(ClockRefusal::DeadlineNotStopped { deadline: self.id, state });
        }
        let mut stood = self.stood.clone();
        if let Some(last) = stood.last_mut() {
            last.to = Some(now);
        }
        Ok(Self { state: State::Running, stood, ..self })
    }

    /// The deadline with so many units more; its end is to be computed if its clock runs.
    pub fn extend(self, by: i32, now: Timestamp) -> Result<Self, ClockRefusal> {
        match self.state_at(now) {
            State::Running | State::Stopped => {}
            state @ (State::Passed | State::Closed) => {
                return Err(ClockRefusal::DeadlineEnded { deadline: self.id, state });
            }
        }
        let extension = self.extension.saturating_add(by);
        if self.rule.amount.saturating_add(extension) > MOST {
            return Err(ClockRefusal::DeadlineTooLong(self.id));
        }
        Ok(Self { extension, ..self })
    }

    /// The deadline after its time was over without an answer.
    #[must_use]
    pub fn pass(self) -> Self {
        Self { state: State::Passed, ..self }
    }

    /// The deadline with its answer.
    pub fn close(self) -> Result<Self, ClockRefusal> {
        let outcome = match self.state {
            State::Running | State::Stopped => Outcome::InTime,
            State::Passed => Outcome::Late,
            State::Closed => {
                let (deadline, state) = (self.id, self.state);
                return Err(ClockRefusal::DeadlineEnded { deadline, state });
            }
        };
        Ok(Self { state: State::Closed, outcome: Some(outcome), ..self })
    }

    /// The deadline with the end that a computation found.
    #[must_use]
    pub fn ends(self, computation: Id<Computation>, term: &Term) -> Self {
        let end = End::Known(KnownEnd { last_day: term.last_day, time: term.end });
        Self { end, computation: Some(computation), ..self }
    }

    /// How much time is left of one in hours whose clock stands.
    pub fn time_left(&self) -> Option<TimeDelta> {
        let stopped = self.stood.last()?.from;
        let end = self.start_time + hours(&self.whole_rule()) + stood_for(&self.stood);
        Some(end - stopped)
    }

    /// When somebody has to look at it next.
    pub fn next_time(&self) -> Option<Timestamp> {
        match self.state {
            State::Running => self.end.known().map(|end| end.time),
            State::Stopped | State::Passed | State::Closed => None,
        }
    }
}

impl End {
    /// The end, if it is known.
    pub fn known(&self) -> Option<KnownEnd> {
        match self {
            Self::Known(end) => Some(*end),
            Self::Open | Self::Unknown(_) => None,
        }
    }
}
