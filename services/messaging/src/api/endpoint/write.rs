//! Endpoints and deliveries, as the wire spells them.

use rangkai_proto::{messaging::v1 as wire, time};

use crate::domain::{Delivery, DeliveryState, DisableReason, Endpoint, EndpointState};

/// An endpoint with the secret that was just made.
pub struct Shown {
    pub endpoint: Option<wire::Endpoint>,
    pub secret: String,
}

impl From<Endpoint> for Shown {
    fn from(endpoint: Endpoint) -> Self {
        let secret = endpoint.signer.secret().reveal().clone();
        Self { endpoint: Some(endpoint.into()), secret }
    }
}

impl From<Endpoint> for wire::Endpoint {
    fn from(endpoint: Endpoint) -> Self {
        let state = match endpoint.state {
            EndpointState::Enabled => wire::EndpointState::Enabled,
            EndpointState::Disabled => wire::EndpointState::Disabled,
        };
        let disable_reason = match endpoint.disable_reason {
            None => wire::DisableReason::Unspecified,
            Some(DisableReason::Requested) => wire::DisableReason::Requested,
            Some(DisableReason::Gone) => wire::DisableReason::Gone,
            Some(DisableReason::Failing) => wire::DisableReason::Failing,
        };
        Self {
            endpoint_id: endpoint.id.to_string(),
            etag: endpoint.etag(),
            url: endpoint.url.into_inner(),
            event_types: endpoint.types.names().to_vec(),
            state: state.into(),
            disable_reason: disable_reason.into(),
            failing_since: endpoint.failing_since.map(time),
            previous_secret_end_time: endpoint.previous.map(|(_, end)| time(end)),
            create_time: Some(time(endpoint.create_time)),
            update_time: Some(time(endpoint.update_time)),
        }
    }
}

impl From<Delivery> for wire::Delivery {
    fn from(delivery: Delivery) -> Self {
        let state = match delivery.state {
            DeliveryState::Queued => wire::DeliveryState::Queued,
            DeliveryState::Sending => wire::DeliveryState::Sending,
            DeliveryState::Delivered => wire::DeliveryState::Delivered,
            DeliveryState::Dead => wire::DeliveryState::Dead,
        };
        Self {
            delivery_id: delivery.id.to_string(),
            endpoint_id: delivery.endpoint.to_string(),
            webhook_id: delivery.webhook.to_string(),
            event_id: delivery.event.to_string(),
            event_type: delivery.kind,
            state: state.into(),
            attempt_count: i32::try_from(delivery.attempts).unwrap_or(i32::MAX),
            failure_reason: delivery.failure.unwrap_or_default(),
            next_attempt_time: delivery.due_time.map(time),
            retry_of_delivery_id: delivery.retry_of.map(|id| id.to_string()).unwrap_or_default(),
            create_time: Some(time(delivery.create_time)),
            update_time: Some(time(delivery.update_time)),
        }
    }
}
