//! Which events a filter waits for.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    continuation::{Listening, Thread, Waiting},
    machine::Machine,
    scope::Extra,
};
use crate::domain::{
    definition::{Consume, EventFilter, Match},
    event::{Event, is_path, key},
    problem::Problem,
};

impl Machine<'_> {
    /// The first filter that waits for an event, and the correlations that it settles.
    pub fn met(
        &self,
        thread: &Thread,
        to: &Consume,
        waiting: &[Waiting],
        listening: &Listening,
        event: &Event,
    ) -> Option<(usize, BTreeMap<String, Value>)> {
        let filters = to.filters().iter().zip(waiting).enumerate();
        filters.filter(|(_, (_, waiting))| !waiting.met).find_map(|(at, (filter, waiting))| {
            let settled = self.meets(thread, filter, waiting, listening, event)?;
            Some((at, settled))
        })
    }

    /// What each correlation of a filter must be, where the author says it.
    pub fn expected(
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
            let fits = wanted.fits(found, |expression| {
                self.ask(thread, expression, found, Extra::default()).ok()
            });
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
pub fn looked_up_by(filter: &EventFilter, expected: &BTreeMap<String, Value>) -> Option<Vec<u8>> {
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
