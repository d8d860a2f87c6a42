//! Addresses of agencies to which facts are sent.

use std::{fmt, str::FromStr, time::Duration};

use rangkai_primitives::{Id, Sensitive, Timestamp};
use rangkai_webhooks::Signer;

use super::{Delivery, template::words};

/// The most enabled endpoints of one agency: each of its facts is held against all of them.
pub const MOST_ENDPOINTS: u64 = 20;

/// An address to which facts of its agency are sent.
#[derive(Clone, Debug)]
pub struct Endpoint {
    pub id: Id<Endpoint>,
    pub url: Sensitive<String>,
    pub types: EventTypes,
    pub state: EndpointState,
    pub disable_reason: Option<DisableReason>,
    pub signer: Signer,
    /// The signer before this one, and until when it signs too.
    pub previous: Option<(Signer, Timestamp)>,
    /// Since when every attempt has failed.
    pub failing_since: Option<Timestamp>,
    pub version: i64,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
}

/// What an agency says of an endpoint.
#[derive(Clone, Debug)]
pub struct NewEndpoint {
    pub url: Sensitive<String>,
    pub types: EventTypes,
}

/// Which facts an endpoint gets: full names, or all of a package with `.*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventTypes(Vec<String>);

/// Whether facts are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointState {
    Enabled,
    Disabled,
}

words!(EndpointState: Enabled = "enabled", Disabled = "disabled");

/// Why an endpoint is disabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisableReason {
    Requested,
    Gone,
    Failing,
}

words!(DisableReason: Requested = "requested", Gone = "gone", Failing = "failing");

/// A rule about endpoints said no. Each variant has one reason in
/// `messaging/v1/error_reason.proto`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointRefusal {
    /// The agency has no such endpoint.
    #[error("there is no endpoint {0}")]
    NotFound(Id<Endpoint>),
    /// The operator's rules forbid the URL.
    #[error("the URL is not allowed: {rule}")]
    UrlNotAllowed {
        /// The rule, as a word.
        rule: &'static str,
    },
    /// The agency has as many as it may.
    #[error("an agency has at most {MOST_ENDPOINTS} enabled endpoints")]
    TooMany,
    /// Nothing is sent to it.
    #[error("the endpoint {0} is disabled")]
    Disabled(Id<Endpoint>),
    /// It changed since it was read.
    #[error("the endpoint changed; its etag is now {0}")]
    StaleEtag(String),
    /// The agency has no such delivery.
    #[error("there is no delivery {0}")]
    DeliveryNotFound(Id<Delivery>),
    /// It is still under way.
    #[error("the delivery {0} is not at its end")]
    DeliveryNotFinal(Id<Delivery>),
    /// It was sent again already.
    #[error("the delivery was sent again as {0}")]
    DeliveryAlreadyRetried(Id<Delivery>),
}

impl Endpoint {
    /// A new endpoint with a secret of its own.
    pub fn register(new: NewEndpoint, signer: Signer, now: Timestamp) -> Self {
        Self {
            id: Id::generate(),
            url: new.url,
            types: new.types,
            state: EndpointState::Enabled,
            disable_reason: None,
            signer,
            previous: None,
            failing_since: None,
            version: 1,
            create_time: now,
            update_time: now,
        }
    }

    /// The endpoint with another URL and other types. Whether the new URL fails is not known yet.
    pub fn update(self, new: NewEndpoint, now: Timestamp) -> Self {
        Self { url: new.url, types: new.types, failing_since: None, ..self.changed(now) }
    }

    /// The endpoint with another secret; the one it has signs too for `overlap`.
    pub fn rotate(self, signer: Signer, overlap: Duration, now: Timestamp) -> Self {
        let previous = (!overlap.is_zero()).then(|| (self.signer.clone(), now + overlap));
        Self { signer, previous, ..self.changed(now) }
    }

    /// The endpoint after it was disabled; none when it is disabled already.
    pub fn disable(self, reason: DisableReason, now: Timestamp) -> Option<Self> {
        let enabled = self.is_enabled();
        enabled.then(|| Self {
            state: EndpointState::Disabled,
            disable_reason: Some(reason),
            ..self.changed(now)
        })
    }

    /// The endpoint after it was enabled; none when it is enabled already.
    pub fn enable(self, now: Timestamp) -> Option<Self> {
        let enabled = self.is_enabled();
        (!enabled).then(|| Self {
            state: EndpointState::Enabled,
            disable_reason: None,
            failing_since: None,
            ..self.changed(now)
        })
    }

    /// Says whether facts are sent to it.
    pub fn is_enabled(&self) -> bool {
        self.state == EndpointState::Enabled
    }

    /// Says no when it is disabled.
    pub fn expect_enabled(&self) -> Result<(), EndpointRefusal> {
        if self.is_enabled() { Ok(()) } else { Err(EndpointRefusal::Disabled(self.id)) }
    }

    /// Everybody whose signature a webhook of this moment carries, the newest first.
    pub fn signers(&self, now: Timestamp) -> Vec<Signer> {
        let previous = self.previous.iter().filter(|(_, end)| now < *end);
        [&self.signer].into_iter().chain(previous.map(|(signer, _)| signer)).cloned().collect()
    }

    /// Says no when the caller read another version than this; an empty etag matches every version.
    pub fn expect_etag(&self, etag: &str) -> Result<(), EndpointRefusal> {
        if etag.is_empty() || etag == self.etag() {
            Ok(())
        } else {
            Err(EndpointRefusal::StaleEtag(self.etag()))
        }
    }

    /// Changes with every change of what the agency decides.
    pub fn etag(&self) -> String {
        format!("\"{}\"", self.version)
    }

    fn changed(self, now: Timestamp) -> Self {
        Self { version: self.version + 1, update_time: now, ..self }
    }
}

impl EventTypes {
    /// Each type once, in their order.
    pub fn new(mut types: Vec<String>) -> Self {
        types.sort();
        types.dedup();
        Self(types)
    }

    /// Says whether facts of the type `name` belong to these.
    pub fn hold(&self, name: &str) -> bool {
        self.0.iter().any(|it| match it.strip_suffix('*') {
            Some(package) => name.strip_prefix(package).is_some_and(|rest| !rest.contains('.')),
            None => it == name,
        })
    }

    /// The types as they were asked for.
    pub fn names(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for EventTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

impl From<&str> for EventTypes {
    fn from(text: &str) -> Self {
        Self::new(text.split_whitespace().map(str::to_owned).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_hold_a_name_or_all_of_one_package() {
        let types = EventTypes::from("rangkai.payments.v1.BillPaid rangkai.workflow.v1.*");

        assert!(types.hold("rangkai.payments.v1.BillPaid"));
        assert!(types.hold("rangkai.workflow.v1.InstanceEnded"));
        for other in
            ["rangkai.payments.v1.BillPaidTwice", "rangkai.payments.v1.Bill", "rangkai.workflow.v1"]
        {
            assert!(!types.hold(other), "{other}");
        }
        assert!(!types.hold("rangkai.workflow.v1.deep.InstanceEnded"));
        assert!(!types.hold("rangkai.workflow.v10.InstanceEnded"));
    }

    #[test]
    fn the_secret_before_signs_as_long_as_it_was_told_to() {
        let now = Timestamp::UNIX_EPOCH;
        let new = NewEndpoint {
            url: Sensitive::new("https://agency.example/".to_owned()),
            types: EventTypes::new(Vec::new()),
        };
        let fresh = || Signer::generate().unwrap();
        let endpoint = Endpoint::register(new, fresh(), now);
        let rotated = endpoint.clone().rotate(fresh(), Duration::from_secs(60), now);
        let ended = endpoint.rotate(fresh(), Duration::ZERO, now);

        assert_eq!(rotated.signers(now + Duration::from_secs(59)).len(), 2);
        assert_eq!(rotated.signers(now + Duration::from_secs(60)).len(), 1);
        assert_eq!(ended.signers(now).len(), 1);
    }
}
