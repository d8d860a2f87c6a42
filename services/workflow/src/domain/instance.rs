//! Instances: one run of a workflow, and what happened to it.

use std::{collections::BTreeMap, fmt, str::FromStr};

use rangkai_primitives::{Id, Timestamp};
use serde_json::Value;
use uuid::{Builder, Uuid};

use super::{
    problem::Problem,
    run::continuation::{Continuation, End},
};

/// A published version of a workflow; more is known where definitions are kept.
pub enum Version {}

/// One run of a workflow.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The instance.
    pub id: Id<Instance>,
    /// The version of the workflow that it runs, to its end.
    pub definition: Id<Version>,
    /// The namespace of the workflow.
    pub namespace: String,
    /// The name of the workflow.
    pub name: String,
    /// The version of the workflow.
    pub version: String,
    /// The case that it serves.
    pub case_id: Option<Uuid>,
    /// The instance that waits for it, or started it.
    pub parent: Option<Id<Instance>>,
    /// Where it stands.
    pub state: State,
    /// Grows with each change.
    pub revision: i64,
    /// The tasks at which it stands.
    pub positions: Vec<String>,
    /// The trace that started it.
    pub traceparent: Option<String>,
    /// When it was started.
    pub create_time: Timestamp,
    /// When it last changed.
    pub update_time: Timestamp,
}

/// An instance and everything that it needs to go on.
#[derive(Clone, Debug)]
pub struct Whole {
    /// What others may see of it.
    pub instance: Instance,
    /// Where it stands exactly.
    pub continuation: Continuation,
}

/// Who leads an instance on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lead {
    /// Tells this leader from all earlier ones.
    pub token: i64,
    /// Until when it leads; not at all any more, if there is none.
    pub until: Option<Timestamp>,
}

/// Which instances to list.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Those of this namespace; of all, if it is empty.
    pub namespace: String,
    /// Those of this workflow; of all, if it is empty.
    pub name: String,
    /// Those of this version; of all, if it is empty.
    pub version: String,
    /// Those that were started at this moment or later.
    pub from: Option<Timestamp>,
    /// Those that were started before this moment.
    pub until: Option<Timestamp>,
    /// Those whose search attributes have these values; only of one workflow.
    pub attributes: BTreeMap<String, String>,
    /// Those in this state.
    pub state: Option<State>,
    /// Those that serve this case.
    pub case_id: Option<Uuid>,
}

/// Where an instance stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It has a step to take.
    Running,
    /// It waits for time or an event.
    Waiting,
    /// It came to its end.
    Completed,
    /// An error that no task caught ended it.
    Faulted,
    /// It was cancelled.
    Cancelled,
}

impl State {
    /// The state of an instance that stands at `continuation`; a turn that is `unfinished` goes on.
    #[must_use]
    pub fn of(continuation: &Continuation, unfinished: bool) -> Self {
        match &continuation.end {
            Some(End::Completed(_)) => Self::Completed,
            Some(End::Faulted(_)) => Self::Faulted,
            Some(End::Cancelled) => Self::Cancelled,
            None if unfinished || continuation.is_winding_up() => Self::Running,
            None if !continuation.calls().is_empty() => Self::Running,
            None => Self::Waiting,
        }
    }

    /// Whether it never changes again.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Faulted | Self::Cancelled)
    }
}

impl Whole {
    /// What it gave, if it is completed.
    #[must_use]
    pub fn output(&self) -> Option<&Value> {
        match &self.continuation.end {
            Some(End::Completed(output)) => Some(output),
            Some(End::Faulted(_) | End::Cancelled) | None => None,
        }
    }

    /// The error that ended it, if one did.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        match &self.continuation.end {
            Some(End::Faulted(problem)) => Some(problem),
            Some(End::Completed(_) | End::Cancelled) | None => None,
        }
    }
}

/// The id of an instance that begins at `moment` for a reason that exists once. Like the ids that are
/// made by chance, it sorts by time (RFC 9562, section 5.7): instances are listed by their ids.
#[must_use]
pub fn id_of(moment: Timestamp, namespace: &Uuid, reason: &str) -> Uuid {
    let mut bits = [0; 10];
    bits.copy_from_slice(&Uuid::new_v5(namespace, reason.as_bytes()).as_bytes()[6..]);
    let millis = u64::try_from(moment.timestamp_millis()).unwrap_or_default();
    Builder::from_unix_timestamp_millis(millis, &bits).into_uuid()
}

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The instance was started.
    InstanceStarted,
    /// A task was begun.
    TaskStarted,
    /// A call was announced.
    CallAnnounced,
    /// A call was answered.
    CallAnswered,
    /// A task waits for time or an event.
    TaskWaiting,
    /// An event was taken.
    EventTaken,
    /// A task came to its end.
    TaskCompleted,
    /// A task failed.
    TaskFaulted,
    /// A failed task is tried again.
    TaskRetried,
    /// The instance came to its end.
    InstanceCompleted,
    /// The instance failed.
    InstanceFaulted,
    /// The instance was cancelled.
    InstanceCancelled,
    /// A task was cancelled.
    TaskCancelled,
    /// An event was told of.
    EventEmitted,
    /// Another instance was started.
    ChildStarted,
    /// What a task took is given back.
    TaskUndone,
    /// What a task took could not be given back: somebody has to.
    UndoFailed,
}

/// One thing that happened to an instance.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its place in the history, from 1.
    pub sequence: i64,
    /// What happened.
    pub kind: Kind,
    /// The task, as a pointer; empty when it is about the whole instance.
    pub task: String,
    /// More about it.
    pub detail: String,
    /// The error, when something failed.
    pub problem: Option<Problem>,
}

const KINDS: [(Kind, &str); 17] = [
    (Kind::InstanceStarted, "instance_started"),
    (Kind::TaskStarted, "task_started"),
    (Kind::CallAnnounced, "call_announced"),
    (Kind::CallAnswered, "call_answered"),
    (Kind::TaskWaiting, "task_waiting"),
    (Kind::EventTaken, "event_taken"),
    (Kind::TaskCompleted, "task_completed"),
    (Kind::TaskFaulted, "task_faulted"),
    (Kind::TaskRetried, "task_retried"),
    (Kind::InstanceCompleted, "instance_completed"),
    (Kind::InstanceFaulted, "instance_faulted"),
    (Kind::InstanceCancelled, "instance_cancelled"),
    (Kind::TaskCancelled, "task_cancelled"),
    (Kind::EventEmitted, "event_emitted"),
    (Kind::ChildStarted, "child_started"),
    (Kind::TaskUndone, "task_undone"),
    (Kind::UndoFailed, "undo_failed"),
];

const STATES: [(State, &str); 5] = [
    (State::Running, "running"),
    (State::Waiting, "waiting"),
    (State::Completed, "completed"),
    (State::Faulted, "faulted"),
    (State::Cancelled, "cancelled"),
];

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = KINDS.iter().find(|(kind, _)| kind == self).map_or("", |(_, name)| name);
        f.write_str(name)
    }
}

impl FromStr for Kind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = KINDS.iter().find(|(_, name)| *name == text);
        found.map(|(kind, _)| *kind).ok_or("is nothing that happens to an instance")
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = STATES.iter().find(|(state, _)| state == self).map_or("", |(_, name)| name);
        f.write_str(name)
    }
}

impl FromStr for State {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = STATES.iter().find(|(_, name)| *name == text);
        found.map(|(state, _)| *state).ok_or("is not a state of an instance")
    }
}
