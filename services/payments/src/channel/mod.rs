//! Payment channels: how a bill reaches its payer, and how its provider is asked what became of it.

mod config;
mod file;
mod picture;
mod provider;
mod qris;
mod sandbox;

pub use config::{ChannelsConfig, Channels, InquiryConfig, Limit, Merchant, OpenError, Provider};
pub use file::{Batch, Line, Malformed};
pub use picture::{PictureError, png, svg};
pub use provider::Answer;
pub use qris::{Payload, PayloadError};
