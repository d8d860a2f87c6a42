//! Facts about messages.

use rangkai_db::{DbErr, Tx};
use rangkai_events::record;
use rangkai_proto::messaging::v1::{
    self as wire, MessageAccepted, MessageDelivered, MessageFailed,
};

use crate::domain::{Channel, Message};

/// A message was accepted.
pub async fn accepted(tx: &Tx, message: &Message) -> Result<(), DbErr> {
    let channel = match message.channel {
        Channel::Sms => wire::Channel::Sms,
        Channel::Email => wire::Channel::Email,
        Channel::Inbox => wire::Channel::Inbox,
    };
    let fact = MessageAccepted {
        message_id: message.id.to_string(),
        case_id: case_id(message),
        channel: channel.into(),
    };
    record(tx, message.id.uuid(), &fact).await
}

/// A message was delivered.
pub async fn delivered(tx: &Tx, message: &Message) -> Result<(), DbErr> {
    let fact = MessageDelivered { message_id: message.id.to_string(), case_id: case_id(message) };
    record(tx, message.id.uuid(), &fact).await
}

/// A message cannot be delivered, or not in time.
pub async fn failed(tx: &Tx, message: &Message) -> Result<(), DbErr> {
    let fact = MessageFailed {
        message_id: message.id.to_string(),
        case_id: case_id(message),
        reason: message.failure.map(|reason| reason.to_string()).unwrap_or_default(),
    };
    record(tx, message.id.uuid(), &fact).await
}

fn case_id(message: &Message) -> String {
    message.case.map(|case| case.to_string()).unwrap_or_default()
}
