//! Waiting for events.

use super::model::{Output, Tasks, TurnNames};
use super::template::Template;
use crate::domain::event::Event;
use rangkai_expression::Expression;
use serde_json::Value;
use std::collections::BTreeMap;

/// Which events a task waits for, and what it makes of them.
#[derive(Clone, Debug)]
pub struct Listen {
    /// Which events.
    pub to: Consume,
    /// What ends the waiting; without it, the events of `to` do.
    pub until: Option<Until>,
    /// What of an event goes into the output, which is an array of them in order of arrival.
    pub read: Read,
    /// What is done about each event, one after the other.
    pub foreach: Option<Foreach>,
}

/// What ends the waiting for any number of events.
#[derive(Clone, Debug)]
pub enum Until {
    /// This is true of the array of what was taken so far; looked at after each event.
    Holds(Expression),
    /// These events, which are no part of the output.
    Happens(Consume),
}

/// What is done about each event that a task takes.
#[derive(Clone, Debug)]
pub struct Foreach {
    /// The variables of a turn.
    pub names: TurnNames,
    /// What runs on the event, if anything: the list `…/foreach/do`.
    pub tasks: Option<Tasks>,
    /// How what comes out becomes an item of the task's output.
    pub output: Output,
    /// What becomes the new `$context` after each event.
    pub export: Output,
}

/// An event that a task tells of.
#[derive(Clone, Debug)]
pub struct Emit {
    /// Its attributes and its data, by name.
    pub event: Template,
}

/// How many of the events are needed.
#[derive(Clone, Debug)]
pub enum Consume {
    /// The one.
    One(EventFilter),
    /// The first that matches any filter.
    Any(Vec<EventFilter>),
    /// One for each filter, in any order.
    All(Vec<EventFilter>),
}

impl Consume {
    /// The filters.
    #[must_use]
    pub fn filters(&self) -> &[EventFilter] {
        match self {
            Self::One(filter) => std::slice::from_ref(filter),
            Self::Any(filters) | Self::All(filters) => filters,
        }
    }
}

/// What of an event is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Read {
    /// Its data.
    #[default]
    Data,
    /// Its attributes and its data.
    Envelope,
    /// What arrived, as it arrived; the envelope here.
    Raw,
}

/// What an event must look like.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// The type, if the filter names it.
    pub event_type: Option<String>,
    /// What each further attribute (or `data`, or a computed `type`) must be.
    pub attributes: BTreeMap<String, Match>,
    /// What ties the event to the instance.
    pub correlate: BTreeMap<String, Correlation>,
}

impl Emit {
    /// The type of the event, where it is not computed.
    #[must_use]
    pub fn kind(&self) -> &str {
        let kind = match &self.event {
            Template::Constant(event) => event.get("type"),
            Template::Object(members) => {
                let found = members.iter().find(|(name, _)| name == "type");
                found.and_then(|(_, kind)| kind.constant())
            }
            Template::Expression(_) | Template::Array(_) => None,
        };
        kind.and_then(Value::as_str).unwrap_or_default()
    }
}

impl EventFilter {
    /// Whether an event that no instance waits for yet is what this waits for. It evaluates
    /// expressions, on a thread that may block.
    #[must_use]
    pub fn accepts(&self, event: &Event) -> bool {
        self.event_type.as_ref().is_none_or(|kind| *kind == event.kind)
            && self.attributes.iter().all(|(name, wanted)| {
                let found = event.envelope.get(name).unwrap_or(&Value::Null);
                wanted.fits(found, |expression| expression.evaluate_now(found, &[]).ok())
            })
    }
}

impl Match {
    /// Whether an attribute is what it must be; `ask` evaluates the expression, if there is one.
    pub fn fits(&self, found: &Value, ask: impl FnOnce(&Expression) -> Option<Value>) -> bool {
        match self {
            Self::Exactly(wanted) => wanted == found,
            Self::Computed(expression) => match ask(expression) {
                Some(Value::Bool(decision)) => decision,
                Some(wanted) => wanted == *found,
                None => false,
            },
        }
    }
}

/// What one attribute must be.
#[derive(Clone, Debug)]
pub enum Match {
    /// Equal to this.
    Exactly(Value),
    /// Evaluated with the attribute as `.`: a boolean decides, any other result must be equal.
    Computed(Expression),
}

/// A value of the event that must be as expected.
#[derive(Clone, Debug)]
pub struct Correlation {
    /// Takes the value out of the event; `.` is the whole event, attributes and data.
    pub from: Expression,
    /// What it must be, evaluated on the task's input when listening begins; if nothing is said,
    /// what the first event says.
    pub expect: Option<Template>,
}
