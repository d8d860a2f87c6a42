//! Coming to an end: what is on its way is seen through, and what must not stay is undone.

use serde_json::Value;
use uuid::Uuid;

use super::{
    continuation::{Continuation, Doing, End, FinalStep, Frame, Open, Thread},
    machine::{Machine, Next, Outcome},
};
use crate::domain::{
    definition::{Definition, EffectKind, Task},
    instance::Kind,
    problem::Problem,
};

impl Continuation {
    /// Whether it only goes forward: a final step was taken, or is on its way.
    #[must_use]
    pub fn is_past_final_step(&self, definition: &Definition) -> bool {
        let is_final = |pointer: &str| {
            definition.task(pointer).is_some_and(|task| task.effect.kind == EffectKind::Final)
        };
        self.final_step != FinalStep::NotTaken || self.calls().values().any(|task| is_final(task))
    }
}

impl Machine<'_> {
    /// Notes what a task did to the world, now that it is done.
    pub fn take_effect(&mut self, task: &Task, frame: &Frame, output: &Value) {
        match task.effect.kind {
            EffectKind::None => {}
            EffectKind::Provisional => self.stand.open.push(Open {
                task: task.pointer.to_string(),
                input: frame.input.clone(),
                output: output.clone(),
                orphan: false,
            }),
            EffectKind::Final => {
                self.stand.final_step = FinalStep::Taken;
                self.stand.open.retain(|open| open.orphan);
            }
        }
        if let Some(name) = &task.effect.undoes {
            let ending = format!("/{name}");
            let found = self.stand.open.iter().rposition(|open| open.task.ends_with(&ending));
            found.map(|at| self.stand.open.remove(at));
        }
    }

    /// Notes that a final step failed, and whether nobody knows if it was taken.
    pub fn doubt(&mut self, task: &Task, problem: &Problem) {
        if task.effect.kind == EffectKind::Final && problem.fate.unknown {
            self.stand.final_step = FinalStep::InDoubt;
        }
    }

    /// Sees a call to its end that nothing waits for any more, if it takes something: once it is
    /// known to have, that is given back.
    pub fn see_through(&mut self, frame: &Frame) {
        let Doing::Call { id, .. } = &frame.work else { return };
        let taking = self.task(frame);
        let taking = taking.is_some_and(|task| task.effect.kind == EffectKind::Provisional);
        // What is announced by this very turn is not sent.
        if taking && !self.calls.iter().any(|intent| intent.id == *id) {
            self.stand.awaited.insert(*id, frame.task.clone());
            self.stand.awaited_inputs.insert(*id, frame.input.clone());
        }
    }

    /// Takes the answer to a call that nothing waits for.
    pub fn awaited(&mut self, call: Uuid, task: &str, answer: Result<Value, Problem>) {
        let input = self.stand.awaited_inputs.remove(&call);
        if let (Some(input), Ok(output)) = (input, &answer) {
            let output = output.clone();
            self.stand.open.push(Open { task: task.to_owned(), input, output, orphan: true });
        }
        self.note(Kind::CallAnswered, task, String::new(), answer.err());
    }

    /// Begins to come to an end.
    pub fn begin_to_end(&mut self, end: End) {
        if self.stand.ending.is_none() {
            self.stand.ending = Some(end);
            self.stand.deadline = None;
            self.stand.root.deadline = None;
        }
    }

    /// Goes on coming to an end, as far as nothing is on its way.
    pub fn wind_up(&mut self) {
        while let (None, Some(ending)) = (&self.stand.end, &self.stand.ending) {
            if !self.stand.awaited.is_empty() || !self.stand.root.frames.is_empty() {
                return;
            }
            let ending = ending.clone();
            match self.next_to_undo(&ending) {
                Some(open) => self.undo(open),
                None => self.end_as(ending),
            }
        }
    }

    /// Keeps what undoing led to.
    pub fn keep_undoing(&mut self, mut root: Thread, outcome: Outcome) {
        let waits = matches!(outcome, Outcome::Waiting);
        let problem = match outcome {
            Outcome::Failed(problem) => Some(problem),
            Outcome::Waiting | Outcome::Done(_) | Outcome::Ended(_) => self.fatal.take(),
        };
        if problem.is_some() || !waits {
            self.cut(&mut root, 0);
        }
        if let Some(problem) = problem {
            let list = root.list.clone();
            self.note(Kind::UndoFailed, task_of(&list), String::new(), Some(problem));
        }
        self.stand.root = root;
    }

    /// Ends the instance.
    pub fn end_as(&mut self, end: End) {
        match &end {
            End::Completed(_) => self.note(Kind::InstanceCompleted, "", String::new(), None),
            End::Faulted(problem) => {
                let problem = Some(problem.clone());
                self.note(Kind::InstanceFaulted, "", String::new(), problem);
            }
            End::Cancelled => {
                let reason = std::mem::take(&mut self.stand.reason);
                self.note(Kind::InstanceCancelled, "", reason, None);
            }
        }
        self.stand.ending = None;
        self.stand.end = Some(end);
    }

    /// What is to be undone next: the last thing that was taken. When the instance ends well, only
    /// what nothing waited for.
    fn next_to_undo(&mut self, ending: &End) -> Option<Open> {
        let all = match ending {
            End::Completed(_) => false,
            End::Faulted(_) | End::Cancelled => self.stand.final_step == FinalStep::NotTaken,
        };
        let at = self.stand.open.iter().rposition(|open| all || open.orphan)?;
        Some(self.stand.open.remove(at))
    }

    fn undo(&mut self, open: Open) {
        let Some(task) = self.setting.definition.task(&open.task) else { return };
        let list = task.undo_list();
        self.stand.serial += 1;
        let mut thread = Thread {
            path: format!("undo {}", self.stand.serial),
            list,
            single: false,
            context: self.stand.root.context.clone(),
            variables: std::collections::BTreeMap::new(),
            deadline: None,
            runs: std::collections::BTreeMap::new(),
            frames: Vec::new(),
        };
        self.note(Kind::TaskUndone, &open.task, String::new(), None);
        let given = [("input".to_owned(), open.input), ("output".to_owned(), open.output)];
        let input = Value::Object(given.into_iter().collect());
        let outcome = self.go(&mut thread, Next::Start { position: 0, input });
        self.keep_undoing(thread, outcome);
    }
}

/// The task that a list undoes.
fn task_of(list: &str) -> &str {
    list.strip_suffix("/metadata/undo").unwrap_or(list)
}
