//! The lists that tasks stand in, and the way through them.

use super::{
    continuation::{Doing, Stage, Thread},
    machine::{Machine, Next},
};
use crate::domain::definition::{Flow, Tasks, Work};
use serde_json::Value;

impl Machine<'_> {
    /// The list that the innermost task runs through.
    pub fn list(&self, thread: &Thread) -> Option<Tasks> {
        let Some(frame) = thread.frames.last() else {
            return self.setting.definition.list(&thread.list).cloned();
        };
        let task = self.task(frame)?;
        match (&task.work, &frame.work) {
            (Work::Do(tasks), _) => Some(tasks.clone()),
            (Work::For(each), _) => Some(each.tasks.clone()),
            (Work::Listen(listen), _) => listen.foreach.as_ref()?.tasks.clone(),
            (Work::Try(attempt), Doing::Try(trying)) => match &trying.stage {
                Stage::Catching { .. } => attempt.catch.tasks.clone(),
                Stage::Trying | Stage::Delaying { .. } => Some(attempt.tasks.clone()),
            },
            (
                Work::Try(_)
                | Work::Set(_)
                | Work::Switch(_)
                | Work::Fork(_)
                | Work::Emit(_)
                | Work::Wait(_)
                | Work::Raise(_)
                | Work::Call(_)
                | Work::Run(_),
                _,
            ) => None,
        }
    }
}

/// Where a thread goes after the task at `position` of the innermost list.
pub fn onward(thread: &Thread, list: &Tasks, position: usize, flow: Flow, output: Value) -> Next {
    let branch = thread.single && thread.frames.is_empty();
    match flow {
        Flow::End => Next::End(output),
        Flow::To(position) if !branch => Next::Start { position, input: output },
        Flow::Continue if !branch && position + 1 < list.len() => {
            Next::Start { position: position + 1, input: output }
        }
        Flow::Exit | Flow::Continue | Flow::To(_) => Next::Leave(output),
    }
}

/// Counts how often the task at `position` of the innermost list is begun.
pub fn count_run(thread: &mut Thread, position: usize) -> u32 {
    let runs = match thread.frames.last_mut().map(|frame| &mut frame.work) {
        Some(Doing::List { runs }) => runs,
        Some(Doing::Try(trying)) => &mut trying.runs,
        Some(Doing::For(looping)) => &mut looping.runs,
        Some(Doing::Listen(listening)) => &mut listening.runs,
        Some(
            Doing::Fork { .. } | Doing::Wait { .. } | Doing::Call { .. } | Doing::Child { .. },
        )
        | None => &mut thread.runs,
    };
    let run = runs.entry(position).or_default();
    *run += 1;
    *run
}
