//! Running one line of tasks until it has to wait.

use std::mem;

use serde_json::Value;

use super::{
    bounds::{MAX_NESTING, MAX_STEPS, MAX_STEPS_PER_TURN},
    continuation::{Continuation, Doing, Frame, Stage, Thread},
    effects::{Child, Intent, Subscription},
    lists::{count_run, onward},
    turn::Setting,
};
use crate::domain::{
    definition::{Flow, Task},
    event::Event,
    instance::{Entry, Kind},
    problem::Problem,
};
use std::sync::Arc;

/// The interpreter during one turn.
pub struct Machine<'a> {
    /// What it may know.
    pub setting: Setting<'a>,
    /// Where the instance stands; its root is elsewhere while that runs.
    pub stand: Continuation,
    /// The calls to announce.
    pub calls: Vec<Intent>,
    /// What to wait for.
    pub subscriptions: Vec<Subscription>,
    /// The events to tell of.
    pub events: Vec<Event>,
    /// The instances to start.
    pub children: Vec<Child>,
    /// What happened.
    pub history: Vec<Entry>,
    /// What ends the instance, whatever its tasks say.
    pub fatal: Option<Problem>,
    steps: u32,
}

/// What to do next with a thread.
pub enum Next {
    /// To begin the task at this position of the innermost list.
    Start {
        /// The position.
        position: usize,
        /// What goes in.
        input: Value,
    },
    /// The work of the innermost task is done.
    Done {
        /// What came out.
        raw: Value,
        /// Where to go, if the work itself says so.
        flow: Option<Flow>,
    },
    /// The innermost list came to its end.
    Leave(Value),
    /// The innermost task failed.
    Fail(Problem),
    /// Something within the innermost task failed; it may catch the error.
    Raised(Problem),
    /// The workflow came to its end.
    End(Value),
    /// Nothing, for now.
    Wait,
}

/// What became of a thread.
pub enum Outcome {
    /// It waits.
    Waiting,
    /// It came to its end.
    Done(Value),
    /// It failed.
    Failed(Problem),
    /// It brought the whole workflow to its end.
    Ended(Value),
}

impl<'a> Machine<'a> {
    /// The interpreter at the beginning of a turn.
    pub fn new(setting: Setting<'a>, stand: Continuation) -> Self {
        Self {
            setting,
            stand,
            calls: Vec::new(),
            subscriptions: Vec::new(),
            events: Vec::new(),
            children: Vec::new(),
            history: Vec::new(),
            fatal: None,
            steps: 0,
        }
    }

    /// Takes the tasks under way out of the continuation, for as long as they run.
    pub fn take_root(&mut self) -> Thread {
        let root = &mut self.stand.root;
        Thread {
            list: mem::take(&mut root.list),
            single: root.single,
            path: mem::take(&mut root.path),
            context: mem::take(&mut root.context),
            variables: mem::take(&mut root.variables),
            deadline: root.deadline,
            runs: mem::take(&mut root.runs),
            frames: mem::take(&mut root.frames),
        }
    }

    /// Adds to the history.
    pub fn note(&mut self, kind: Kind, task: &str, detail: String, problem: Option<Problem>) {
        self.stand.history += 1;
        let (sequence, task) = (self.stand.history, task.to_owned());
        let problem = problem.map(Problem::plain);
        self.history.push(Entry { sequence, kind, task, detail, problem });
    }

    /// Runs a thread until it waits or ends.
    pub fn go(&mut self, thread: &mut Thread, mut next: Next) -> Outcome {
        loop {
            if self.fatal.is_some() {
                return Outcome::Waiting;
            }
            next = match next {
                Next::Start { position, input } => self.start(thread, position, input),
                Next::Done { raw, flow } => self.done(thread, raw, flow),
                Next::Leave(value) if thread.frames.is_empty() => return Outcome::Done(value),
                Next::Leave(value) => self.left(thread, value),
                Next::Fail(problem) => self.fail(thread, problem),
                Next::Raised(problem) => match thread.frames.last().map(|frame| &frame.work) {
                    None => return Outcome::Failed(problem),
                    Some(Doing::Try(trying)) if trying.stage == Stage::Trying => {
                        self.catch(thread, &problem)
                    }
                    Some(_) => Next::Fail(problem),
                },
                Next::End(value) => return Outcome::Ended(value),
                Next::Wait => return Outcome::Waiting,
            };
        }
    }

    /// The task under way in a frame.
    pub fn task(&self, frame: &Frame) -> Option<Arc<Task>> {
        self.setting.definition.task(&frame.task).cloned()
    }

    /// Gives up every task of a thread from depth `from` inward; answers whether that leaves a call
    /// without an answer, and whether such a call may be repeated.
    pub fn cut(&mut self, thread: &mut Thread, from: usize) -> (bool, bool) {
        let (mut unknown, mut safe) = (false, true);
        while thread.frames.len() > from {
            self.see_through(thread);
            let Some(frame) = thread.frames.pop() else { break };
            self.release(&frame.work);
            if let Doing::Call { safe: repeatable, .. } = frame.work {
                (unknown, safe) = (true, safe && repeatable);
            }
            let Frame { task, work, .. } = frame;
            if let Doing::Fork { branches } = work {
                for branch in branches {
                    let (left, repeatable) = self.cut_branch(branch);
                    (unknown, safe) = (unknown || left, safe && repeatable);
                }
            }
            self.note(Kind::TaskCancelled, &task, String::new(), None);
        }
        (unknown, safe)
    }

    fn start(&mut self, thread: &mut Thread, position: usize, input: Value) -> Next {
        let Some(list) = self.list(thread) else { return Next::Raised(lost()) };
        let Some(task) = list.get(position).cloned() else { return Next::Leave(input) };
        if let Err(problem) = self.count(thread) {
            self.fatal = Some(problem.at(&task.pointer));
            return Next::Wait;
        }
        let run = count_run(thread, position);
        thread.frames.push(Frame {
            task: task.pointer.to_string(),
            run,
            raw: input,
            input: Value::Null,
            started: self.setting.now,
            deadline: None,
            work: Doing::List { runs: std::collections::BTreeMap::new() },
        });
        match self.enter(thread, &task) {
            Ok(true) => {
                self.note(Kind::TaskStarted, &task.pointer, task.work.keyword().to_owned(), None);
                self.work(thread, &task)
            }
            Ok(false) => {
                let raw = thread.frames.pop().map_or(Value::Null, |frame| frame.raw);
                onward(thread, &list, position, Flow::Continue, raw)
            }
            Err(problem) => Next::Fail(problem),
        }
    }

    /// Lets the bounds speak before another task begins.
    fn count(&mut self, thread: &Thread) -> Result<(), Problem> {
        self.steps += 1;
        self.stand.steps += 1;
        let depth = thread.frames.len() + thread.path.matches('>').count();
        // What is undone because a bound was reached needs steps of its own.
        let ending = self.stand.ending.is_some();
        let (per_turn, most) = if ending {
            (2 * MAX_STEPS_PER_TURN, 2 * MAX_STEPS)
        } else {
            (MAX_STEPS_PER_TURN, MAX_STEPS)
        };
        let bound = if self.steps > per_turn {
            format!("more than {MAX_STEPS_PER_TURN} tasks were begun without waiting")
        } else if self.stand.steps > most {
            format!("more than {MAX_STEPS} tasks were begun")
        } else if depth > MAX_NESTING {
            format!("tasks are nested more than {MAX_NESTING} levels deep")
        } else {
            return Ok(());
        };
        Err(Problem::standard("runtime", "a bound was reached", bound))
    }

    fn done(&mut self, thread: &mut Thread, raw: Value, flow: Option<Flow>) -> Next {
        let Some(frame) = thread.frames.last() else { return Next::Leave(raw) };
        let Some(task) = self.task(frame) else { return Next::Fail(lost()) };
        if task.effect.is_marked() {
            self.take_effect(thread, &task, &raw);
        }
        let output = match self.leave(thread, &task, raw) {
            Ok(output) => output,
            Err(problem) => return Next::Fail(problem),
        };
        thread.frames.pop();
        self.note(Kind::TaskCompleted, &task.pointer, String::new(), None);
        let Some(list) = self.list(thread) else { return Next::Raised(lost()) };
        onward(thread, &list, task.position, flow.unwrap_or(task.then), output)
    }

    /// The list of the innermost task came to its end: a loop may have another turn.
    fn left(&mut self, thread: &mut Thread, value: Value) -> Next {
        match thread.frames.last().map(|frame| &frame.work) {
            Some(Doing::For(_)) => self.next_turn(thread, value),
            Some(Doing::Listen(_)) => self.dealt(thread, value),
            Some(
                Doing::List { .. }
                | Doing::Try(_)
                | Doing::Fork { .. }
                | Doing::Wait { .. }
                | Doing::Call { .. }
                | Doing::Child { .. },
            )
            | None => Next::Done { raw: value, flow: None },
        }
    }

    fn fail(&mut self, thread: &mut Thread, problem: Problem) -> Next {
        self.doubt(thread, &problem);
        let Some(frame) = thread.frames.pop() else { return Next::Raised(problem) };
        self.release(&frame.work);
        let problem = problem.at(&frame.task);
        self.note(Kind::TaskFaulted, &frame.task, String::new(), Some(problem.clone()));
        Next::Raised(problem)
    }
}

/// A place in the document that is not there: the instance belongs to another definition.
pub fn lost() -> Problem {
    Problem::standard("runtime", "lost", "the instance stands where its definition has no task")
}
