//! What tasks take and give back, and coming to an end: what is on its way is seen through, and what
//! must not stay is undone.

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::Uuid;

use super::{
    continuation::{End, Hold, Open, Thread},
    machine::{Machine, Next, Outcome},
};
use crate::domain::{definition::EffectKind, instance::Kind, problem::Problem};

impl Machine<'_> {
    /// Begins to come to an end.
    pub fn begin_to_end(&mut self, end: End) {
        if self.stand.ending.is_none() {
            self.stand.ending = Some(end);
            self.stand.deadline = None;
            self.stand.root.deadline = None;
        }
    }

    /// Goes on coming to an end, as far as nothing is on its way. Unless it `may_undo` now, what is to
    /// be undone is left to the next turn. Answers whether it went on at all.
    pub fn wind_up(&mut self, may_undo: bool) -> bool {
        let mut went_on = false;
        while self.stand.is_winding_up() {
            let Some(ending) = self.stand.ending.clone() else { break };
            match self.next_to_undo(&ending) {
                Some(_) if !may_undo => break,
                Some(at) => {
                    let open = self.stand.open.remove(at);
                    self.undo(open);
                }
                None => self.end_as(ending),
            }
            went_on = true;
        }
        went_on
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
            self.undo_failed(task_of(&list), problem);
        }
        self.stand.root = root;
    }

    /// Gives up what is being undone, or would be next.
    pub fn break_off_undo(&mut self, problem: Problem) {
        if !self.stand.root.frames.is_empty() {
            let root = self.take_root();
            return self.keep_undoing(root, Outcome::Failed(problem));
        }
        let next = self.stand.ending.clone().and_then(|ending| self.next_to_undo(&ending));
        if let Some(at) = next {
            let open = self.stand.open.remove(at);
            self.undo_failed(&open.task, problem);
        }
    }

    /// Ends the instance with whatever is still to be undone, and says so.
    pub fn leave_undone(&mut self, problem: Problem) {
        let mut root = self.take_root();
        self.cut(&mut root, 0);
        self.stand.root = root;
        for open in std::mem::take(&mut self.stand.open) {
            self.undo_failed(&open.task, problem.clone());
        }
        (self.stand.awaited, self.stand.taking) = (BTreeMap::new(), BTreeMap::new());
        self.end_as(End::Faulted(problem));
    }

    /// Takes the answer to a call, or the end of a child, that nothing waits for.
    pub fn awaited(&mut self, call: Uuid, task: &str, answer: Result<Value, Problem>) {
        if let Some(taking) = self.stand.taking.remove(&call) {
            self.hear_late(taking, task, &answer);
        }
        self.note(Kind::CallAnswered, task, String::new(), answer.err());
    }

    fn end_as(&mut self, end: End) {
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

    /// Where that stands which is undone next: the last thing that was taken. When the instance ends
    /// well, only what nothing waited for.
    fn next_to_undo(&self, ending: &End) -> Option<usize> {
        let all = match ending {
            End::Completed(_) => false,
            End::Faulted(_) | End::Cancelled => {
                !self.stand.is_final && !self.stand.doubts_final(self.setting.definition)
            }
        };
        self.stand.open.iter().rposition(|open| match open.hold {
            Hold::Taken => all,
            Hold::Abandoned => true,
            Hold::InDoubt => self.effect_of(&open.task) == EffectKind::Provisional,
        })
    }

    fn undo(&mut self, open: Open) {
        let Some(output) = open.output else {
            let detail = "nobody knows whether the task took what it was to take";
            return self.undo_failed(&open.task, Problem::outcome_unknown(detail));
        };
        let Some(task) = self.setting.definition.task(&open.task) else { return };
        let list = task.undo_list();
        self.stand.serial += 1;
        let mut thread = Thread {
            path: format!("undo {}", self.stand.serial),
            list,
            single: false,
            context: self.stand.root.context.clone(),
            variables: BTreeMap::new(),
            deadline: None,
            runs: BTreeMap::new(),
            frames: Vec::new(),
        };
        self.note(Kind::TaskUndone, &open.task, String::new(), None);
        let given = [("input".to_owned(), open.input), ("output".to_owned(), output)];
        let input = Value::Object(given.into_iter().collect());
        let outcome = self.go(&mut thread, Next::Start { position: 0, input });
        self.keep_undoing(thread, outcome);
    }

    fn undo_failed(&mut self, task: &str, problem: Problem) {
        self.note(Kind::UndoFailed, task, String::new(), Some(problem));
    }
}

/// The task that a list undoes.
fn task_of(list: &str) -> &str {
    list.strip_suffix("/metadata/undo").unwrap_or(list)
}
