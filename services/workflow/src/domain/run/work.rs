//! Beginning the work of a task.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    continuation::{Doing, Stage, Thread, Trying},
    machine::{Machine, Next, lost},
    scope::Extra,
};
use crate::domain::{
    definition::{Case, Raise, Span, Task, Work, read_status},
    instance::Kind,
    problem::Problem,
};

impl Machine<'_> {
    /// Begins the work of the task in the innermost frame.
    pub fn work(&mut self, thread: &mut Thread, task: &Task) -> Next {
        let Some(input) = thread.frames.last().map(|frame| frame.input.clone()) else {
            return Next::Raised(lost());
        };
        match &task.work {
            Work::Do(_) => Next::Start { position: 0, input },
            Work::Set(value) => match self.evaluate(thread, value, &input, Extra::default()) {
                Ok(raw) => Next::Done { raw, flow: None },
                Err(problem) => Next::Fail(problem),
            },
            Work::Switch(cases) => self.choose(thread, cases, input),
            Work::Try(attempt) => {
                set(
                    thread,
                    Doing::Try(Trying {
                        stage: Stage::Trying,
                        attempt: 1,
                        generation: 0,
                        attempt_deadline: None,
                        runs: BTreeMap::new(),
                    }),
                );
                self.attempt(thread, attempt, input)
            }
            Work::For(each) => self.begin_for(thread, each, input),
            Work::Fork(fork) => self.begin_fork(thread, fork, &input),
            Work::Emit(emit) => self.emit(thread, task, emit, input),
            Work::Listen(listen) => self.begin_listen(thread, task, listen, &input),
            Work::Wait(span) => self.begin_wait(thread, task, span, input),
            Work::Raise(raise) => {
                let raised = self.raise(thread, raise, &input);
                Next::Fail(raised.unwrap_or_else(|problem| problem))
            }
            Work::Call(call) => self.begin_call(thread, task, call, &input),
            Work::Run(run) => self.begin_child(thread, task, run, input),
        }
    }

    fn choose(&self, thread: &Thread, cases: &[Case], input: Value) -> Next {
        for case in cases {
            let holds = match &case.when {
                Some(when) => self.holds(thread, when, &input, Extra::default()),
                None => Ok(true),
            };
            match holds {
                Ok(true) => return Next::Done { raw: input, flow: Some(case.then) },
                Ok(false) => {}
                Err(problem) => return Next::Fail(problem),
            }
        }
        Next::Done { raw: input, flow: None }
    }

    fn begin_wait(&mut self, thread: &mut Thread, task: &Task, span: &Span, input: Value) -> Next {
        let span = match self.span(thread, span) {
            Ok(span) => span,
            Err(problem) => return Next::Fail(problem),
        };
        if span.is_zero() {
            return Next::Done { raw: input, flow: None };
        }
        let until = self.setting.now + span;
        set(thread, Doing::Wait { until });
        self.note(Kind::TaskWaiting, &task.pointer, format!("until {}", until.to_rfc3339()), None);
        Next::Wait
    }

    fn raise(&self, thread: &Thread, raise: &Raise, input: &Value) -> Result<Problem, Problem> {
        let value = self.evaluate(thread, &raise.problem(), input, Extra::default())?;
        let text = |name: &str| match value.get(name) {
            None | Some(Value::Null) => Ok(String::new()),
            Some(Value::String(text)) => Ok(text.clone()),
            Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                let detail = format!("the {name} of the error to raise is no text");
                Err(Problem::standard("expression", "not an error", detail))
            }
        };
        let status = value.get("status").and_then(read_status).ok_or_else(|| {
            let detail = "the status of the error to raise is no number from 0 to 65535";
            Problem::standard("expression", "not an error", detail)
        })?;
        Ok(Problem {
            kind: text("type")?,
            status,
            title: text("title")?,
            detail: text("detail")?,
            instance: text("instance")?,
            computed: raise.is_computed(),
            ..Problem::default()
        })
    }
}

/// Says how far the innermost task is.
pub fn set(thread: &mut Thread, work: Doing) {
    if let Some(frame) = thread.frames.last_mut() {
        frame.work = work;
    }
}
