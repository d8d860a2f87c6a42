//! Tasks: work for officers, one officer at a time.

use std::{fmt, str::FromStr};

use rangkai_primitives::{Caller, Id, Sensitive, Timestamp};

use super::{Application, Decision, Refusal, Text};

/// Work for an officer.
#[derive(Clone, Debug)]
pub struct Task {
    pub id: Id<Task>,
    pub application: Id<Application>,
    pub service_name: String,
    pub kind: TaskKind,
    pub role: String,
    pub title: Text,
    /// The decision to confirm.
    pub decision: Option<Id<Decision>>,
    /// The officer who proposed that decision, and so cannot have this task.
    pub barred_officer: Option<String>,
    pub state: TaskState,
    pub officer: Option<String>,
    pub outcome: String,
    pub note: Sensitive<String>,
    pub due_time: Option<Timestamp>,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
}

/// What a caller says to make a task.
#[derive(Clone, Debug)]
pub struct NewTask {
    pub application: Id<Application>,
    pub kind: TaskKind,
    pub role: String,
    pub title: Text,
    pub decision: Option<Id<Decision>>,
    pub due_time: Option<Timestamp>,
}

/// How a task is completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskKind {
    Check,
    ProposeDecision,
    ConfirmDecision,
}

/// Which tasks to list.
#[derive(Clone, Debug, Default)]
pub struct TaskFilter {
    pub application: Option<Id<Application>>,
    pub role: Option<String>,
    pub state: Option<TaskState>,
}

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskState {
    Open,
    Claimed,
    Completed,
    Cancelled,
}

impl Task {
    /// A fresh, open task.
    pub fn open(
        new: NewTask,
        service_name: String,
        barred_officer: Option<String>,
        now: Timestamp,
    ) -> Self {
        Self {
            id: Id::generate(),
            application: new.application,
            service_name,
            kind: new.kind,
            role: new.role,
            title: new.title,
            decision: new.decision,
            barred_officer,
            state: TaskState::Open,
            officer: None,
            outcome: String::new(),
            note: String::new().into(),
            due_time: new.due_time,
            create_time: now,
            update_time: now,
        }
    }

    /// The task after `officer` took it.
    pub fn claim(self, officer: &Caller, now: Timestamp) -> Result<Self, Refusal> {
        if !officer.has_role(&self.role) {
            return Err(Refusal::RoleMissing(self.role));
        }
        if let Some(decision) = self.decision.filter(|_| self.is_barred(officer)) {
            return Err(Refusal::SameOfficer(decision));
        }
        match self.state {
            TaskState::Open => {
                let officer = Some(officer.id.clone());
                Ok(Self { state: TaskState::Claimed, officer, update_time: now, ..self })
            }
            TaskState::Claimed if self.is_with(officer) => Ok(self),
            TaskState::Claimed | TaskState::Completed | TaskState::Cancelled => {
                Err(Refusal::TaskNotOpen { task: self.id, state: self.state })
            }
        }
    }

    /// The task after `officer` gave it back.
    pub fn release(self, officer: &Caller, now: Timestamp) -> Result<Self, Refusal> {
        self.expect_claimed(officer)?;
        Ok(Self { state: TaskState::Open, officer: None, update_time: now, ..self })
    }

    /// The check after `officer` did it.
    pub fn complete(
        self,
        officer: &Caller,
        outcome: String,
        note: Sensitive<String>,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        self.expect_claimed(officer)?;
        self.expect_kind(TaskKind::Check)?;
        Ok(Self { outcome, note, ..self }.completed(now))
    }

    /// The task after what it asked for was done.
    pub fn completed(self, now: Timestamp) -> Self {
        Self { state: TaskState::Completed, update_time: now, ..self }
    }

    /// The task after it was called off.
    pub fn cancel(self, now: Timestamp) -> Result<Self, Refusal> {
        match self.state {
            TaskState::Open | TaskState::Claimed => {
                Ok(Self { state: TaskState::Cancelled, officer: None, update_time: now, ..self })
            }
            TaskState::Cancelled => Ok(self),
            TaskState::Completed => Err(Refusal::TaskCompleted(self.id)),
        }
    }

    /// Says no unless `officer` has the task.
    pub fn expect_claimed(&self, officer: &Caller) -> Result<(), Refusal> {
        if self.state == TaskState::Claimed && self.is_with(officer) {
            Ok(())
        } else {
            Err(Refusal::TaskNotClaimed { task: self.id, state: self.state })
        }
    }

    /// Says no unless the task is completed in this way.
    pub fn expect_kind(&self, kind: TaskKind) -> Result<(), Refusal> {
        if self.kind == kind { Ok(()) } else { Err(Refusal::TaskKindMismatch(self.id)) }
    }

    /// The decision that the task confirms, for an officer who may.
    pub fn confirms(&self, officer: &Caller) -> Result<Id<Decision>, Refusal> {
        self.expect_kind(TaskKind::ConfirmDecision)?;
        let decision = self.decision.ok_or(Refusal::TaskKindMismatch(self.id))?;
        if self.is_barred(officer) { Err(Refusal::SameOfficer(decision)) } else { Ok(decision) }
    }

    fn is_with(&self, officer: &Caller) -> bool {
        self.officer.as_deref() == Some(officer.id.as_str())
    }

    fn is_barred(&self, officer: &Caller) -> bool {
        self.barred_officer.as_deref() == Some(officer.id.as_str())
    }
}

impl FromStr for TaskKind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "check" => Ok(Self::Check),
            "propose_decision" => Ok(Self::ProposeDecision),
            "confirm_decision" => Ok(Self::ConfirmDecision),
            _ => Err("is not a kind of task"),
        }
    }
}

impl fmt::Display for TaskKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Check => "check",
            Self::ProposeDecision => "propose_decision",
            Self::ConfirmDecision => "confirm_decision",
        })
    }
}

impl FromStr for TaskState {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "open" => Ok(Self::Open),
            "claimed" => Ok(Self::Claimed),
            "completed" => Ok(Self::Completed),
            "cancelled" => Ok(Self::Cancelled),
            _ => Err("is not a state of a task"),
        }
    }
}

impl fmt::Display for TaskState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Claimed => "claimed",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        })
    }
}
