//! Facts about QR codes and account numbers.

use rangkai_db::{DbErr, Tx};
use rangkai_events::record;
use rangkai_proto::payments::v1::{self as wire, CollectionChanged, CollectionOpened};

use crate::domain::{Collection, CollectionState};

/// A QR code or an account number can be paid.
pub async fn collection_opened(tx: &Tx, collection: &Collection) -> Result<(), DbErr> {
    let fact = CollectionOpened {
        collection_id: collection.id.to_string(),
        channel: wire::Channel::from(collection.channel).into(),
        bill_id: bill(collection),
        expire_time: collection.expire_time.map(rangkai_proto::time),
    };
    record(tx, collection.id.uuid(), &fact).await
}

/// What is known of a payment changed.
pub async fn collection_changed(tx: &Tx, collection: &Collection) -> Result<(), DbErr> {
    let fact = CollectionChanged {
        collection_id: collection.id.to_string(),
        bill_id: bill(collection),
        state: wire::CollectionState::from(collection.state).into(),
    };
    record(tx, collection.id.uuid(), &fact).await
}

fn bill(collection: &Collection) -> String {
    collection.bill.as_ref().map(|(bill, _)| bill.to_string()).unwrap_or_default()
}

impl From<CollectionState> for wire::CollectionState {
    fn from(state: CollectionState) -> Self {
        match state {
            CollectionState::Waiting => Self::Waiting,
            CollectionState::Unknown => Self::Unknown,
            CollectionState::Stuck => Self::Stuck,
            CollectionState::Paid => Self::Paid,
            CollectionState::Ended => Self::Ended,
        }
    }
}
