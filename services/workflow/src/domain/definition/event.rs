//! Waiting for events.

use super::template::Template;
use rangkai_expression::Expression;
use serde_json::Value;
use std::collections::BTreeMap;

/// Which events a task waits for, and what it makes of them.
#[derive(Clone, Debug)]
pub struct Listen {
    /// Which events.
    pub to: Consume,
    /// What of an event goes into the output, which is an array of them in order of arrival.
    pub read: Read,
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
#[derive(Clone, Debug)]
pub struct EventFilter {
    /// The type, if the filter names it.
    pub event_type: Option<String>,
    /// What each further attribute (or `data`, or a computed `type`) must be.
    pub attributes: BTreeMap<String, Match>,
    /// What ties the event to the instance.
    pub correlate: BTreeMap<String, Correlation>,
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
