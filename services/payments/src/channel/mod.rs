//! Payment channels: how a bill reaches its payer, and how its provider is asked what became of it.

mod config;
mod file;
mod picture;
mod provider;
mod qris;
mod sandbox;

pub use config::{Channels, ChannelsConfig, Merchant, Provider};
pub use file::{Batch, Line};
pub use picture::{PictureError, png, svg};
pub use provider::Answer;
pub use qris::{Payload, PayloadError};

use rangkai_primitives::Timestamp;

/// Reads a moment as RFC 3339 writes it, cut to the microsecond.
pub fn moment(text: &str) -> Option<Timestamp> {
    let moment = chrono::DateTime::parse_from_rfc3339(text).ok()?;
    Timestamp::from_timestamp_micros(moment.timestamp_micros())
}
