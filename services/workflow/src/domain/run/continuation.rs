//! Where an instance stands: a tree of tasks under way, as plain data.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rangkai_primitives::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::domain::problem::Problem;

/// Everything that an instance needs to go on, now or in a year, here or in another process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Continuation {
    /// What the instance was given.
    pub raw_input: Value,
    /// What the workflow made of it.
    pub input: Value,
    /// When it began.
    pub started: Timestamp,
    /// When its time is over.
    pub deadline: Option<Timestamp>,
    /// The tasks under way.
    pub root: Thread,
    /// How many instances are around this one, each of which runs the next.
    #[serde(default)]
    pub generation: u32,
    /// Whether the instance that runs it waits for its end.
    #[serde(default)]
    pub reports: bool,
    /// The events that it took.
    pub taken: BTreeSet<Uuid>,
    /// How many tasks it began, ever.
    pub steps: u64,
    /// How many entries its history has.
    pub history: i64,
    /// How many calls and subscriptions it made, ever.
    pub serial: u64,
    /// Calls and children that are seen to their end although nothing goes on with them, with their
    /// tasks.
    pub awaited: BTreeMap<Uuid, String>,
    /// Whether nothing more is begun.
    pub cancelled: bool,
    /// Why, in the words of whoever cancelled it, until the history says so.
    #[serde(default)]
    pub reason: String,
    /// What was taken that a final step has not made good, oldest first.
    #[serde(default)]
    pub open: Vec<Open>,
    /// What those of the awaited calls, and of the children seen to their end, may take.
    #[serde(default)]
    pub taking: BTreeMap<Uuid, Taking>,
    /// Whether a final step was taken: it only goes forward.
    #[serde(default)]
    pub is_final: bool,
    /// How it will end, once nothing is on its way and what has to be is undone.
    #[serde(default)]
    pub ending: Option<End>,
    /// How it ended, once it has.
    pub end: Option<End>,
}

/// Something that a task took and that may have to be given back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Open {
    /// What tells it from everything else that the instance takes.
    pub identity: String,
    /// The task, as a pointer into the document.
    pub task: String,
    /// What the task was given.
    pub input: Value,
    /// What it gave; none while nobody knows.
    pub output: Option<Value>,
    /// How sure it is.
    pub hold: Hold,
}

/// How sure it is that something was taken, and for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hold {
    /// It was, and the instance goes on with it.
    Taken,
    /// It was, and nothing waited for it any more: it is given back however the instance ends.
    Abandoned,
    /// Nobody knows. Of a final step this means that nothing may be undone.
    InDoubt,
}

/// What a call or a child may take that nothing waits for any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Taking {
    /// What tells it from everything else that the instance takes.
    pub identity: String,
    /// The task, as a pointer into the document.
    pub task: String,
    /// What the task was given.
    pub input: Value,
    /// Whether it is a child, and not a call.
    pub child: bool,
}

/// How an instance ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum End {
    /// Well, with this output.
    Completed(Value),
    /// By an error that no task caught.
    Faulted(Problem),
    /// Because somebody cancelled it.
    Cancelled,
}

/// One line of tasks: that of the workflow, or of a branch of a fork.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thread {
    /// The pointer of the list that it runs through.
    pub list: String,
    /// Whether it ends after the first task, as a branch does.
    pub single: bool,
    /// What tells it from all other threads that this instance ever runs.
    pub path: String,
    /// The `$context`.
    pub context: Value,
    /// The errors that it may read, by the names of their variables: those caught around it.
    pub variables: BTreeMap<String, Value>,
    /// When the time of whatever is around it is over.
    pub deadline: Option<Timestamp>,
    /// How often each task of the list was begun.
    pub runs: BTreeMap<usize, u32>,
    /// The tasks under way, each within the one before.
    pub frames: Vec<Frame>,
}

/// A task under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// The task, as a pointer into the document.
    pub task: String,
    /// How often it was begun in its list, this time included.
    pub run: u32,
    /// What came in.
    pub raw: Value,
    /// What the task made of it.
    pub input: Value,
    /// When it began.
    pub started: Timestamp,
    /// When its time is over.
    pub deadline: Option<Timestamp>,
    /// How far its work is.
    pub work: Doing,
}

/// How far the work of a task is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Doing {
    /// It runs a list.
    List {
        /// How often each task of the list was begun.
        runs: BTreeMap<usize, u32>,
    },
    /// It tries a list.
    Try(Trying),
    /// It runs a list once for each item.
    For(Looping),
    /// It runs branches.
    Fork {
        /// The branches, in the order of the document.
        branches: Vec<Branch>,
    },
    /// It waits for events.
    Listen(Listening),
    /// It waits for a moment.
    Wait {
        /// The moment.
        until: Timestamp,
    },
    /// It waits for the answer to a call.
    Call {
        /// The call.
        id: Uuid,
        /// Whether it may be sent again when no answer came.
        safe: bool,
    },
    /// It waits for another instance to end.
    Child {
        /// That instance.
        id: Uuid,
    },
}

/// How far a `try` is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trying {
    /// What it does now.
    pub stage: Stage,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// Grows when an attempt failed for certain, so that repeated calls are new calls.
    pub generation: u32,
    /// When the time of this attempt is over.
    pub attempt_deadline: Option<Timestamp>,
    /// How often each task of the list was begun in this attempt.
    pub runs: BTreeMap<usize, u32>,
}

/// What a `try` does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Stage {
    /// It runs what is tried.
    Trying,
    /// It waits before the next attempt.
    Delaying {
        /// Until then.
        until: Timestamp,
    },
    /// It runs what is done about an error.
    Catching {
        /// The error, as expressions see it.
        error: Value,
    },
}

/// How far a loop is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Looping {
    /// The items, those of earlier turns too.
    pub items: Vec<Value>,
    /// The item of this turn.
    pub at: usize,
    /// How often each task of the list was begun, in all turns.
    pub runs: BTreeMap<usize, u32>,
}

/// A branch of a fork.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Branch {
    /// It goes on.
    Running(Thread),
    /// It ended well.
    Done(Value),
    /// It failed, and another may still win.
    Failed(Problem),
}

/// How far a `listen` is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Listening {
    /// One for each filter.
    pub filters: Vec<Waiting>,
    /// One for each filter of the events that end it.
    #[serde(default)]
    pub until: Vec<Waiting>,
    /// What correlations were settled by an event, by name.
    pub settled: BTreeMap<String, Value>,
    /// What was taken and dealt with, in order of arrival.
    pub output: Vec<Value>,
    /// What was taken and is not dealt with, oldest first, with the ids of the events.
    #[serde(default)]
    pub queue: VecDeque<(Uuid, Value)>,
    /// The event that something is being done about, with its id.
    #[serde(default)]
    pub current: Option<(Uuid, Value)>,
    /// How often each task of what is done about events was begun.
    #[serde(default)]
    pub runs: BTreeMap<usize, u32>,
    /// Whether no more events are taken.
    #[serde(default)]
    pub closed: bool,
}

/// A filter of a `listen`, and what it waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// The subscription.
    pub id: Uuid,
    /// Whether its event arrived.
    pub met: bool,
    /// What each correlation must be, where the author says it.
    pub expected: BTreeMap<String, Value>,
}

/// The earlier of two moments.
#[must_use]
pub fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}
