//! Running a list once for each item.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    continuation::{Doing, Looping, Thread},
    machine::{Machine, Next, lost},
    scope::Extra,
    work::set,
};
use crate::domain::{
    definition::{For, Work},
    problem::Problem,
};

impl Machine<'_> {
    /// Begins a loop.
    pub fn begin_for(&mut self, thread: &mut Thread, each: &For, input: Value) -> Next {
        let items = match self.ask(thread, &each.items, &input, Extra::default()) {
            Ok(Value::Array(items)) => items,
            Ok(
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Object(_),
            ) => {
                let detail = "what `in` of the loop gives is no array";
                return Next::Fail(Problem::standard("expression", "not an array", detail));
            }
            Err(problem) => return Next::Fail(problem),
        };
        set(thread, Doing::For(Looping { items, at: 0, runs: BTreeMap::new() }));
        self.take_turn(thread, each, input)
    }

    /// Goes on with what came out of a turn.
    pub fn next_turn(&mut self, thread: &mut Thread, value: Value) -> Next {
        let Some(task) = thread.frames.last().and_then(|frame| self.task(frame)) else {
            return Next::Fail(lost());
        };
        let Work::For(each) = &task.work else { return Next::Fail(lost()) };
        if let Some(Doing::For(looping)) = thread.frames.last_mut().map(|frame| &mut frame.work) {
            looping.at += 1;
        }
        self.take_turn(thread, each, value)
    }

    fn take_turn(&self, thread: &Thread, each: &For, value: Value) -> Next {
        let over = match thread.frames.last().map(|frame| &frame.work) {
            Some(Doing::For(looping)) => looping.at >= looping.items.len(),
            _ => return Next::Fail(lost()),
        };
        if over {
            return Next::Done { raw: value, flow: None };
        }
        let goes_on = each
            .condition
            .as_ref()
            .map_or(Ok(true), |condition| self.holds(thread, condition, &value, Extra::default()));
        match goes_on {
            Ok(true) => Next::Start { position: 0, input: value },
            Ok(false) => Next::Done { raw: value, flow: None },
            Err(problem) => Next::Fail(problem),
        }
    }
}
