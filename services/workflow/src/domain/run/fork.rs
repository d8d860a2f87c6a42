//! Branches that run at the same time.

use std::{collections::BTreeMap, mem};

use serde_json::Value;

use super::{
    bounds::MAX_BRANCHES,
    continuation::{Branch, Doing, Thread, earlier},
    machine::{Machine, Next, Outcome, lost},
    signal::Signal,
    work::set,
};
use crate::domain::{
    definition::{Fork, Work},
    problem::Problem,
};

impl Machine<'_> {
    /// Begins every branch.
    pub fn begin_fork(&mut self, thread: &mut Thread, fork: &Fork, input: &Value) -> Next {
        let width = fork.branches.len();
        if width > MAX_BRANCHES {
            let detail = format!("a fork may have {MAX_BRANCHES} branches");
            return Next::Fail(Problem::standard("runtime", "a bound was reached", detail));
        }
        let (path, variables) = (thread.identity(), self.known(thread));
        let around = thread.frames.iter().map(|frame| frame.deadline);
        let deadline = around.fold(thread.deadline, earlier);
        let mut branches = Vec::new();
        for (position, task) in fork.branches.iter().enumerate() {
            let mut branch = Thread {
                list: task.list.to_string(),
                single: true,
                path: format!("{path}[{position}]"),
                context: thread.context.clone(),
                variables: variables.clone(),
                deadline,
                runs: BTreeMap::new(),
                frames: Vec::new(),
            };
            let outcome = self.go(&mut branch, Next::Start { position, input: input.clone() });
            let ended = put(&mut branches, branch, outcome);
            set(thread, Doing::Fork { branches: mem::take(&mut branches) });
            // What is already decided by the first branches needs no further one.
            if position + 1 < width || ended.is_some() {
                let decided = self.settle(thread, fork, width, ended);
                if !matches!(decided, Next::Wait) {
                    return decided;
                }
            }
            branches = taken(thread);
        }
        set(thread, Doing::Fork { branches });
        self.settle(thread, fork, width, None)
    }

    /// Lets every branch know what happened.
    pub fn signal_branches(&mut self, thread: &mut Thread, signal: &Signal<'_>) -> Next {
        let Some(task) = thread.frames.last().and_then(|frame| self.task(frame)) else {
            return Next::Fail(lost());
        };
        let Work::Fork(fork) = &task.work else { return Next::Fail(lost()) };
        let (mut branches, mut ended) = (Vec::new(), None);
        for branch in taken(thread) {
            match branch {
                Branch::Running(mut branch) if ended.is_none() => {
                    let outcome = self.signal(&mut branch, signal);
                    ended = put(&mut branches, branch, outcome);
                }
                other @ (Branch::Running(_) | Branch::Done(_) | Branch::Failed(_)) => {
                    branches.push(other);
                }
            }
        }
        set(thread, Doing::Fork { branches });
        self.settle(thread, fork, fork.branches.len(), ended)
    }

    /// Gives a branch up; answers as [`Machine::cut`] does.
    pub fn cut_branch(&mut self, branch: Branch) -> (bool, bool) {
        match branch {
            Branch::Running(mut thread) => self.cut(&mut thread, 0),
            Branch::Done(_) | Branch::Failed(_) => (false, true),
        }
    }

    /// Decides what becomes of a fork.
    fn settle(
        &mut self,
        thread: &mut Thread,
        fork: &Fork,
        width: usize,
        ended: Option<Value>,
    ) -> Next {
        let Some(Doing::Fork { branches }) = thread.frames.last().map(|frame| &frame.work) else {
            return Next::Fail(lost());
        };
        let mut next = match ended {
            Some(value) => Next::End(value),
            None if fork.compete => compete(branches, width),
            None => gather(branches, width),
        };
        if matches!(next, Next::Wait) {
            return next;
        }
        // What any branch left without an answer keeps its request id when the fork is tried again.
        let (mut unknown, mut last) = (false, false);
        for branch in taken(thread) {
            if let Branch::Failed(problem) = &branch {
                (unknown, last) = (unknown || problem.fate.unknown, last || problem.fate.last);
            }
            let (left, safe) = self.cut_branch(branch);
            (unknown, last) = (unknown || left, last || (left && !safe));
        }
        if let Next::Fail(problem) = &mut next {
            problem.fate.unknown |= unknown;
            problem.fate.last |= last;
        }
        next
    }
}

/// Puts a branch back to the others; answers the output if it ended the whole workflow.
fn put(branches: &mut Vec<Branch>, thread: Thread, outcome: Outcome) -> Option<Value> {
    let (branch, ended) = match outcome {
        Outcome::Waiting => (Branch::Running(thread), None),
        Outcome::Done(value) => (Branch::Done(value), None),
        Outcome::Failed(problem) => (Branch::Failed(problem), None),
        Outcome::Ended(value) => (Branch::Running(thread), Some(value)),
    };
    branches.push(branch);
    ended
}

fn taken(thread: &mut Thread) -> Vec<Branch> {
    match thread.frames.last_mut().map(|frame| &mut frame.work) {
        Some(Doing::Fork { branches }) => mem::take(branches),
        Some(
            Doing::List { .. }
            | Doing::Try(_)
            | Doing::For(_)
            | Doing::Listen(_)
            | Doing::Wait { .. }
            | Doing::Call { .. }
            | Doing::Child { .. },
        )
        | None => Vec::new(),
    }
}

/// The first branch that ends well decides; the fork fails only when every branch did.
fn compete(branches: &[Branch], width: usize) -> Next {
    let mut first = None;
    for branch in branches {
        match branch {
            Branch::Done(value) => return Next::Done { raw: value.clone(), flow: None },
            Branch::Failed(problem) => first = first.or(Some(problem)),
            Branch::Running(_) => return compete_later(branches),
        }
    }
    match first {
        Some(problem) if branches.len() == width => Next::Fail(problem.clone()),
        Some(_) | None => Next::Wait,
    }
}

fn compete_later(branches: &[Branch]) -> Next {
    let won = branches.iter().find_map(|branch| match branch {
        Branch::Done(value) => Some(value.clone()),
        Branch::Running(_) | Branch::Failed(_) => None,
    });
    won.map_or(Next::Wait, |raw| Next::Done { raw, flow: None })
}

/// All outputs in the order of the document; the first failure fails the fork.
fn gather(branches: &[Branch], width: usize) -> Next {
    let mut outputs = Vec::new();
    for branch in branches {
        match branch {
            Branch::Done(value) => outputs.push(value.clone()),
            Branch::Failed(problem) => return Next::Fail(problem.clone()),
            Branch::Running(_) => {}
        }
    }
    if outputs.len() == width {
        Next::Done { raw: Value::Array(outputs), flow: None }
    } else {
        Next::Wait
    }
}
