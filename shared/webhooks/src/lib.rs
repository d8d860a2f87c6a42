//! Signing what leaves as a webhook, and telling whether one that came in is genuine.
//!
//! The scheme is Standard Webhooks: HMAC-SHA-256 over `<webhook-id>.<webhook-timestamp>.<body>`.
//! Whoever receives a webhook keeps its id for at least twice [`TOLERANCE`], so that one which is
//! sent again within that time is recognised; an older one is refused here.

mod error;
mod signer;
#[cfg(test)]
mod tests;

pub use error::{SecretError, WebhookError};
pub use signer::{SECRET_PREFIX, Signer, TOLERANCE};

/// The header with the id of a webhook, the same each time that it is sent.
pub const ID_HEADER: &str = "webhook-id";
/// The header with the moment of sending, in seconds since 1970.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// The header with one or more signatures.
pub const SIGNATURE_HEADER: &str = "webhook-signature";
