//! Waiting for events.

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::Uuid;

use super::{
    continuation::{Doing, Listening, Thread, Waiting},
    machine::{Machine, Next, lost},
    scope::Extra,
    turn::Subscription,
    work::set,
};
use crate::domain::{
    definition::{Consume, EventFilter, Listen, Match, Read, Task, Work},
    event::{Event, Mail, is_path, key},
    instance::Kind,
    problem::Problem,
};

impl Machine<'_> {
    /// Begins to wait for what a task listens to.
    pub fn begin_listen(
        &mut self,
        thread: &mut Thread,
        task: &Task,
        listen: &Listen,
        input: &Value,
    ) -> Next {
        let mut filters = Vec::new();
        for filter in listen.to.filters() {
            let expected = match self.expected(thread, filter, input) {
                Ok(expected) => expected,
                Err(problem) => return Next::Fail(problem),
            };
            self.stand.serial += 1;
            let name = format!("subscription {}", self.stand.serial);
            let id = Uuid::new_v5(&self.setting.instance, name.as_bytes());
            self.subscriptions.push(Subscription {
                id,
                task: task.pointer.to_string(),
                kind: filter.event_type.clone(),
                key: looked_up_by(filter, &expected),
            });
            filters.push(Waiting { id, met: false, expected });
        }
        let kinds = listen.to.filters().iter().filter_map(|filter| filter.event_type.as_deref());
        let detail = kinds.collect::<Vec<_>>().join(" ");
        self.note(Kind::TaskWaiting, &task.pointer, detail, None);
        let listening = Listening { filters, settled: BTreeMap::new(), output: Vec::new() };
        set(thread, Doing::Listen(listening));
        Next::Wait
    }

    /// Takes an event, if the innermost task waits for it.
    pub fn hear(&mut self, thread: &mut Thread, mail: &Mail) -> Next {
        let Some(frame) = thread.frames.last() else { return Next::Raised(lost()) };
        let Some(task) = self.task(frame) else { return Next::Fail(lost()) };
        let (Work::Listen(listen), Doing::Listen(listening)) = (&task.work, &frame.work) else {
            return Next::Fail(lost());
        };
        let filters = listen.to.filters().iter().zip(&listening.filters).enumerate();
        let met =
            filters.filter(|(_, (_, waiting))| !waiting.met).find_map(|(at, (filter, waiting))| {
                let settled = self.meets(thread, filter, waiting, listening, &mail.event)?;
                Some((at, settled))
            });
        let Some((at, settled)) = met else { return Next::Wait };
        self.stand.taken.insert(mail.event.id);
        self.note(Kind::EventTaken, &task.pointer, mail.event.kind.clone(), None);
        let Some(Doing::Listen(listening)) = thread.frames.last_mut().map(|frame| &mut frame.work)
        else {
            return Next::Fail(lost());
        };
        listening.filters[at].met = true;
        listening.settled.extend(settled);
        listening.output.push(match listen.read {
            Read::Data => mail.event.envelope["data"].clone(),
            Read::Envelope | Read::Raw => mail.event.envelope.clone(),
        });
        let complete = match listen.to {
            Consume::One(_) | Consume::Any(_) => true,
            Consume::All(_) => listening.filters.iter().all(|filter| filter.met),
        };
        if complete {
            let raw = Value::Array(std::mem::take(&mut listening.output));
            Next::Done { raw, flow: None }
        } else {
            Next::Wait
        }
    }

    fn expected(
        &self,
        thread: &Thread,
        filter: &EventFilter,
        input: &Value,
    ) -> Result<BTreeMap<String, Value>, Problem> {
        let stated = filter.correlate.iter().filter_map(|(name, correlation)| {
            let expect = correlation.expect.as_ref()?;
            let value = self.evaluate(thread, expect, input, Extra::default());
            Some(value.map(|value| (name.clone(), value)))
        });
        stated.collect()
    }

    /// Whether an event is what a filter waits for; answers the correlations that it settles. A
    /// filter that fails on an event does not wait for it: events come in every shape.
    fn meets(
        &self,
        thread: &Thread,
        filter: &EventFilter,
        waiting: &Waiting,
        listening: &Listening,
        event: &Event,
    ) -> Option<BTreeMap<String, Value>> {
        if filter.event_type.as_ref().is_some_and(|kind| *kind != event.kind) {
            return None;
        }
        for (name, wanted) in &filter.attributes {
            let found = event.envelope.get(name).unwrap_or(&Value::Null);
            let fits = match wanted {
                Match::Exactly(wanted) => wanted == found,
                Match::Computed(expression) => {
                    match self.ask(thread, expression, found, Extra::default()).ok()? {
                        Value::Bool(decision) => decision,
                        wanted @ (Value::Null
                        | Value::Number(_)
                        | Value::String(_)
                        | Value::Array(_)
                        | Value::Object(_)) => wanted == *found,
                    }
                }
            };
            if !fits {
                return None;
            }
        }
        let mut settled = BTreeMap::new();
        for (name, correlation) in &filter.correlate {
            let extra = Extra::default();
            let found = self.ask(thread, &correlation.from, &event.envelope, extra).ok()?;
            let wanted = waiting.expected.get(name).or_else(|| listening.settled.get(name));
            match wanted {
                Some(wanted) if *wanted != found => return None,
                Some(_) => {}
                None => drop(settled.insert(name.clone(), found)),
            }
        }
        Some(settled)
    }
}

/// A value that every event has that a filter waits for, if one is known now.
fn looked_up_by(filter: &EventFilter, expected: &BTreeMap<String, Value>) -> Option<Vec<u8>> {
    let correlated = filter.correlate.iter().find_map(|(name, correlation)| {
        let path = correlation.from.text().trim();
        is_path(path).then(|| key(path, expected.get(name)?)).flatten()
    });
    correlated.or_else(|| {
        let exact = filter.attributes.iter().filter_map(|(name, wanted)| match wanted {
            Match::Exactly(value) if name != "type" => Some((name, value)),
            Match::Exactly(_) | Match::Computed(_) => None,
        });
        exact.into_iter().find_map(|(name, value)| match value {
            Value::Object(members) => {
                members.iter().find_map(|(member, value)| key(&format!(".{name}.{member}"), value))
            }
            value @ (Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)) => key(&format!(".{name}"), value),
        })
    })
}
