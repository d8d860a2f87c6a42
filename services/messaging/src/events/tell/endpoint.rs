//! Facts about endpoints.

use rangkai_db::{DbErr, Tx};
use rangkai_events::record;
use rangkai_proto::messaging::v1::{
    self as wire, EndpointDisabled, EndpointEnabled, EndpointRegistered, EndpointSecretRotated,
    EndpointUpdated,
};

use crate::domain::{DisableReason, Endpoint};

/// An endpoint was registered.
pub async fn registered(tx: &Tx, endpoint: &Endpoint) -> Result<(), DbErr> {
    let fact = EndpointRegistered {
        endpoint_id: endpoint.id.to_string(),
        event_types: endpoint.types.names().to_vec(),
    };
    record(tx, endpoint.id.uuid(), &fact).await
}

/// An endpoint got another URL or other event types.
pub async fn updated(tx: &Tx, endpoint: &Endpoint) -> Result<(), DbErr> {
    let fact = EndpointUpdated {
        endpoint_id: endpoint.id.to_string(),
        event_types: endpoint.types.names().to_vec(),
    };
    record(tx, endpoint.id.uuid(), &fact).await
}

/// An endpoint got a new signing secret.
pub async fn secret_rotated(tx: &Tx, endpoint: &Endpoint) -> Result<(), DbErr> {
    let fact = EndpointSecretRotated { endpoint_id: endpoint.id.to_string() };
    record(tx, endpoint.id.uuid(), &fact).await
}

/// An endpoint was disabled.
pub async fn disabled(tx: &Tx, endpoint: &Endpoint, reason: DisableReason) -> Result<(), DbErr> {
    let reason = match reason {
        DisableReason::Requested => wire::DisableReason::Requested,
        DisableReason::Gone => wire::DisableReason::Gone,
        DisableReason::Failing => wire::DisableReason::Failing,
    };
    let fact = EndpointDisabled { endpoint_id: endpoint.id.to_string(), reason: reason.into() };
    record(tx, endpoint.id.uuid(), &fact).await
}

/// An endpoint was enabled again.
pub async fn enabled(tx: &Tx, endpoint: &Endpoint) -> Result<(), DbErr> {
    let fact = EndpointEnabled { endpoint_id: endpoint.id.to_string() };
    record(tx, endpoint.id.uuid(), &fact).await
}
