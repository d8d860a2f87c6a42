//! Telling a thread what happened.

use rangkai_primitives::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::{
    continuation::{Doing, Stage, Thread},
    machine::{Machine, Next, Outcome},
};
use crate::domain::{
    event::Mail,
    instance::Kind,
    problem::{Fate, Problem},
};

/// What happened.
pub enum Signal<'s> {
    /// A call was answered.
    Answer(Uuid, Result<Value, Problem>),
    /// An event arrived.
    Event(&'s Mail),
    /// A moment came.
    Due(Timestamp),
}

impl Machine<'_> {
    /// Tells a thread, and lets it go on as far as it can.
    pub fn signal(&mut self, thread: &mut Thread, signal: &Signal<'_>) -> Outcome {
        let next = self.touch(thread, signal);
        self.go(thread, next)
    }

    fn touch(&mut self, thread: &mut Thread, signal: &Signal<'_>) -> Next {
        if let Signal::Due(moment) = signal
            && let Some(next) = self.overrun(thread, *moment)
        {
            return next;
        }
        let Some(frame) = thread.frames.last() else { return Next::Wait };
        match (&frame.work, signal) {
            (Doing::Call { id, .. } | Doing::Child { id }, Signal::Answer(call, answer))
                if id == call =>
            {
                let pointer = frame.task.clone();
                if let Err(problem) = answer {
                    self.deny(thread, problem);
                }
                let problem = answer.as_ref().err().cloned().map(|problem| problem.at(&pointer));
                self.note(Kind::CallAnswered, &pointer, String::new(), problem);
                match answer {
                    Ok(value) => Next::Done { raw: value.clone(), flow: None },
                    Err(problem) => Next::Fail(problem.clone().at(&pointer)),
                }
            }
            (Doing::Wait { until }, Signal::Due(moment)) if until <= moment => {
                Next::Done { raw: frame.input.clone(), flow: None }
            }
            (Doing::Try(trying), Signal::Due(moment)) => match &trying.stage {
                Stage::Delaying { until } if until <= moment => self.attempt_again(thread),
                Stage::Delaying { .. } | Stage::Trying | Stage::Catching { .. } => Next::Wait,
            },
            (Doing::Fork { .. }, _) => match (self.signal_branches(thread, signal), signal) {
                // What no branch took, a task around the fork may.
                (Next::Wait, Signal::Event(mail)) if !self.stand.taken.contains(&mail.event.id) => {
                    self.hear(thread, mail)
                }
                (next, _) => next,
            },
            (_, Signal::Event(mail)) => self.hear(thread, mail),
            (
                Doing::List { .. }
                | Doing::Try(_)
                | Doing::For(_)
                | Doing::Listen(_)
                | Doing::Wait { .. }
                | Doing::Call { .. }
                | Doing::Child { .. },
                Signal::Answer(..) | Signal::Due(_),
            ) => Next::Wait,
        }
    }

    /// Ends the outermost task whose time is over at `moment`, or the attempt.
    fn overrun(&mut self, thread: &mut Thread, moment: Timestamp) -> Option<Next> {
        let late = |deadline: Option<Timestamp>| deadline.is_some_and(|it| it <= moment);
        let task = thread.frames.iter().position(|frame| late(frame.deadline));
        if let Some(depth) = task {
            let problem = self.give_up(thread, depth, "the time of the task is over");
            return Some(Next::Fail(problem));
        }
        let attempt = thread.frames.iter().position(|frame| match &frame.work {
            Doing::Try(trying) => trying.stage == Stage::Trying && late(trying.attempt_deadline),
            Doing::List { .. }
            | Doing::For(_)
            | Doing::Fork { .. }
            | Doing::Listen(_)
            | Doing::Wait { .. }
            | Doing::Call { .. }
            | Doing::Child { .. } => false,
        })?;
        let problem = self.give_up(thread, attempt, "the time of the attempt is over");
        Some(Next::Raised(problem))
    }

    /// Gives up whatever the task at `depth` does; answers the error that this is.
    fn give_up(&mut self, thread: &mut Thread, depth: usize, detail: &str) -> Problem {
        let (mut unknown, mut safe) = self.cut(thread, depth + 1);
        self.see_through(thread);
        let frame = &mut thread.frames[depth];
        match &mut frame.work {
            Doing::Call { safe: repeatable, .. } => (unknown, safe) = (true, *repeatable),
            Doing::Fork { branches } => {
                for branch in std::mem::take(branches) {
                    let (left, repeatable) = self.cut_branch(branch);
                    (unknown, safe) = (unknown || left, safe && repeatable);
                }
            }
            Doing::List { .. }
            | Doing::Try(_)
            | Doing::For(_)
            | Doing::Listen(_)
            | Doing::Wait { .. }
            | Doing::Child { .. } => {}
        }
        let fate = Fate { unknown, last: unknown && !safe, wait_ms: 0 };
        let pointer = thread.frames[depth].task.clone();
        let problem = Problem::standard("timeout", "timeout", detail);
        Problem { fate, ..problem }.at(&pointer)
    }
}
