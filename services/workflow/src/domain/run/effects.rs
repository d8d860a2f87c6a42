//! What a turn leads to: all of it is kept in one transaction.

use std::sync::Arc;

use rangkai_primitives::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::continuation::Continuation;
use crate::domain::{
    definition::{Definition, EffectKind, Task},
    event::Event,
    instance::Entry,
};

/// What a turn leads to.
#[derive(Clone, Debug)]
pub struct Turn {
    /// Where the instance stands now.
    pub continuation: Continuation,
    /// The calls to announce and then to send.
    pub calls: Vec<Intent>,
    /// What to wait for from now on.
    pub subscriptions: Vec<Subscription>,
    /// The events to tell of.
    pub events: Vec<Event>,
    /// The instances to start.
    pub children: Vec<Child>,
    /// What to add to the history.
    pub history: Vec<Entry>,
}

/// A call to be sent once it is announced.
#[derive(Clone, Debug, PartialEq)]
pub struct Intent {
    /// The call.
    pub id: Uuid,
    /// The task that makes it.
    pub task: String,
    /// The method, as in `/rangkai.payments.v1.BillService/IssueBill`.
    pub method: String,
    /// The encoded request.
    pub request: Vec<u8>,
    /// The id that makes the same call the same, whoever sends it and however often.
    pub request_id: Uuid,
    /// Whether it may be sent again when no answer came.
    pub safe: bool,
    /// When it was announced.
    pub announced: Timestamp,
    /// When nobody waits for the answer any more.
    pub deadline: Option<Timestamp>,
}

impl Intent {
    /// Whether it is sent until it is known what became of it, even when the time of its task is over:
    /// if somebody notices what it does, and it may be repeated.
    #[must_use]
    pub fn is_asked_on(&self, definition: &Definition) -> bool {
        let marked = |task: &Arc<Task>| task.effect.kind != EffectKind::None;
        self.safe && definition.task(&self.task).is_some_and(marked)
    }
}

/// An instance to start on behalf of another one.
#[derive(Clone, Debug, PartialEq)]
pub struct Child {
    /// The instance.
    pub id: Uuid,
    /// The namespace of its workflow.
    pub namespace: String,
    /// The name of its workflow.
    pub name: String,
    /// The version of its workflow; the newest, if it is empty.
    pub version: String,
    /// What it is given.
    pub input: Value,
    /// Whether the task waits for it.
    pub awaited: bool,
}

/// A wait for an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Subscription {
    /// The subscription.
    pub id: Uuid,
    /// The task that waits.
    pub task: String,
    /// The type of the event, if it is known beforehand.
    pub kind: Option<String>,
    /// A value that the event must have, if one is known beforehand; see [`Event::keys`].
    ///
    /// [`Event::keys`]: crate::domain::event::Event::keys
    pub key: Option<Vec<u8>>,
}
