//! Facts on their way to endpoints, and the way of each to one final state.

use std::{fmt, str::FromStr, time::Duration};

use rangkai_primitives::{Agency, Id, Sensitive, Timestamp};
use rangkai_webhooks::Signer;
use uuid::Uuid;

use super::{Endpoint, Plan, template::words};

/// A fact as it is sent to every endpoint that asked for it.
#[derive(Clone, Debug)]
pub struct Occurrence {
    pub source: String,
    pub id: Uuid,
    pub kind: String,
    pub body: Vec<u8>,
}

/// A fact for one endpoint; its id is the `webhook-id` of every attempt.
#[derive(Clone, Debug)]
pub struct Webhook {
    pub id: Id<Webhook>,
    pub endpoint: Id<Endpoint>,
    pub occurrence: Occurrence,
}

/// One way of a webhook to a final state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub id: Id<Delivery>,
    pub endpoint: Id<Endpoint>,
    pub webhook: Id<Webhook>,
    pub event: Uuid,
    pub kind: String,
    pub state: DeliveryState,
    pub attempts: i64,
    pub failure: Option<String>,
    pub fence: i64,
    pub due_time: Option<Timestamp>,
    pub retry_of: Option<Id<Delivery>>,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
    pub traceparent: Option<String>,
}

/// A delivery that a sender holds, for one attempt.
#[derive(Clone, Debug)]
pub struct Shipment {
    pub agency: Agency,
    pub delivery: Delivery,
    pub body: Vec<u8>,
    /// Where it goes and who signs; none when that does not open with the block's key.
    pub target: Option<(Sensitive<String>, Vec<Signer>)>,
    /// The moment of the attempt.
    pub time: Timestamp,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    Queued,
    Sending,
    Delivered,
    Dead,
}

words!(DeliveryState:
    Queued = "queued",
    Sending = "sending",
    Delivered = "delivered",
    Dead = "dead"
);

/// What came of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The endpoint took it.
    Taken,
    /// The endpoint is gone for good.
    Gone,
    /// It did not, or nobody knows.
    Failed {
        /// Why, as a word.
        reason: String,
        /// How long it asks to be left alone.
        wait: Option<Duration>,
    },
}

impl Verdict {
    /// A failure of which the endpoint says no more.
    pub fn failed(reason: impl Into<String>) -> Self {
        Self::Failed { reason: reason.into(), wait: None }
    }
}

impl Webhook {
    /// A fact that an endpoint is to get.
    pub fn new(endpoint: Id<Endpoint>, occurrence: Occurrence) -> Self {
        Self { id: Id::generate(), endpoint, occurrence }
    }
}

impl Delivery {
    /// The first delivery of a webhook, due at once.
    pub fn queue(webhook: &Webhook, traceparent: Option<String>, now: Timestamp) -> Self {
        Self {
            id: Id::generate(),
            endpoint: webhook.endpoint,
            webhook: webhook.id,
            event: webhook.occurrence.id,
            kind: webhook.occurrence.kind.clone(),
            state: DeliveryState::Queued,
            attempts: 0,
            failure: None,
            fence: 0,
            due_time: Some(now),
            retry_of: None,
            create_time: now,
            update_time: now,
            traceparent,
        }
    }

    /// Another delivery of the same webhook, due at once.
    pub fn again(&self, traceparent: Option<String>, now: Timestamp) -> Self {
        Self {
            id: Id::generate(),
            state: DeliveryState::Queued,
            attempts: 0,
            failure: None,
            fence: 0,
            due_time: Some(now),
            retry_of: Some(self.id),
            create_time: now,
            update_time: now,
            traceparent,
            ..self.clone()
        }
    }

    /// The delivery in the hands of a sender for `hold`; or dead, when the endpoint is disabled or
    /// the senders of every attempt were lost. What became of a sender that never reported is not
    /// known.
    pub fn claim(self, enabled: bool, hold: Duration, plan: &Plan, now: Timestamp) -> Self {
        if !enabled {
            return self.end(DeliveryState::Dead, Some("endpoint_disabled".to_owned()), now);
        }
        let lost = self.state == DeliveryState::Sending;
        let failure = if lost { Some("no_answer".to_owned()) } else { self.failure.clone() };
        if !plan.goes_on(self.attempts) {
            return self.end(DeliveryState::Dead, failure, now);
        }
        Self {
            state: DeliveryState::Sending,
            attempts: self.attempts + 1,
            failure,
            fence: self.fence + 1,
            due_time: Some(now + hold),
            update_time: now,
            ..self
        }
    }

    /// The delivery after `verdict` on the attempt marked `fence`; none when that attempt no longer
    /// counts, because another was begun or the delivery is at its end.
    pub fn settle(
        self,
        fence: i64,
        verdict: &Verdict,
        plan: &Plan,
        now: Timestamp,
    ) -> Option<Self> {
        if self.state != DeliveryState::Sending || self.fence != fence {
            return None;
        }
        Some(match verdict {
            Verdict::Taken => self.end(DeliveryState::Delivered, None, now),
            Verdict::Gone => self.end(DeliveryState::Dead, Some("gone".to_owned()), now),
            Verdict::Failed { reason, wait } => {
                let failure = Some(reason.clone());
                match plan.next(self.id, self.attempts, *wait, now) {
                    None => self.end(DeliveryState::Dead, failure, now),
                    Some(next) => Self {
                        state: DeliveryState::Queued,
                        failure,
                        due_time: Some(next),
                        update_time: now,
                        ..self
                    },
                }
            }
        })
    }

    /// Says whether it is at its end.
    pub fn is_final(&self) -> bool {
        self.due_time.is_none()
    }

    fn end(self, state: DeliveryState, failure: Option<String>, now: Timestamp) -> Self {
        Self { state, failure, due_time: None, update_time: now, ..self }
    }
}
