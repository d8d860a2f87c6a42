//! Facts about deliveries to endpoints.

use rangkai_db::{DbErr, Tx};
use rangkai_events::record;
use rangkai_proto::messaging::v1::{WebhookDelivered, WebhookDied, WebhookQueued};

use crate::domain::Delivery;

/// A fact is on its way to an endpoint.
pub async fn queued(tx: &Tx, delivery: &Delivery) -> Result<(), DbErr> {
    let fact = WebhookQueued {
        delivery_id: delivery.id.to_string(),
        endpoint_id: delivery.endpoint.to_string(),
    };
    record(tx, delivery.id.uuid(), &fact).await
}

/// A fact was delivered to an endpoint.
pub async fn delivered(tx: &Tx, delivery: &Delivery) -> Result<(), DbErr> {
    let fact = WebhookDelivered {
        delivery_id: delivery.id.to_string(),
        endpoint_id: delivery.endpoint.to_string(),
    };
    record(tx, delivery.id.uuid(), &fact).await
}

/// A fact was not delivered to an endpoint, and is not tried again.
pub async fn died(tx: &Tx, delivery: &Delivery) -> Result<(), DbErr> {
    let fact = WebhookDied {
        delivery_id: delivery.id.to_string(),
        endpoint_id: delivery.endpoint.to_string(),
        reason: delivery.failure.clone().unwrap_or_default(),
    };
    record(tx, delivery.id.uuid(), &fact).await
}
