//! What became of each task of an instance, as far as a drawing shows it.

use std::collections::BTreeMap;

use crate::domain::instance::Kind;

/// What says how far a task came.
pub const MARKING: [Kind; 6] = [
    Kind::TaskStarted,
    Kind::TaskRetried,
    Kind::TaskCompleted,
    Kind::TaskFaulted,
    Kind::TaskCancelled,
    Kind::TaskUndone,
];

/// What became of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It was begun and something within it goes on.
    UnderWay,
    /// The instance stands here.
    Here,
    /// It came to its end.
    Done,
    /// It failed.
    Failed,
    /// It was given up, because its time was over or another branch was first.
    GivenUp,
    /// What it took was given back.
    Undone,
}

/// What became of the tasks that were ever begun, by pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks(BTreeMap<String, Mark>);

impl Mark {
    /// The word that says it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::UnderWay => "under way",
            Self::Here => "stands here",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::GivenUp => "given up",
            Self::Undone => "undone",
        }
    }

    /// The name of its style.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::UnderWay => "underway",
            Self::Here => "here",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::GivenUp => "givenup",
            Self::Undone => "undone",
        }
    }
}

impl Marks {
    /// What the last thing says that happened to each task, and where the instance stands.
    #[must_use]
    pub fn new(last: Vec<(String, Kind)>, positions: &[String]) -> Self {
        let mut marks: BTreeMap<_, _> =
            last.into_iter().filter_map(|(task, kind)| Some((task, of(kind)?))).collect();
        marks.extend(positions.iter().map(|task| (task.clone(), Mark::Here)));
        Self(marks)
    }

    /// What became of a task; none if it was never begun.
    #[must_use]
    pub fn find(&self, task: &str) -> Option<Mark> {
        self.0.get(task).copied()
    }
}

fn of(kind: Kind) -> Option<Mark> {
    match kind {
        Kind::TaskStarted | Kind::TaskRetried => Some(Mark::UnderWay),
        Kind::TaskCompleted => Some(Mark::Done),
        Kind::TaskFaulted => Some(Mark::Failed),
        Kind::TaskCancelled => Some(Mark::GivenUp),
        Kind::TaskUndone => Some(Mark::Undone),
        Kind::CallAnnounced
        | Kind::CallAnswered
        | Kind::TaskWaiting
        | Kind::EventTaken
        | Kind::EventEmitted
        | Kind::ChildStarted
        | Kind::UndoFailed
        | Kind::InstanceStarted
        | Kind::InstanceCompleted
        | Kind::InstanceFaulted
        | Kind::InstanceCancelled => None,
    }
}
