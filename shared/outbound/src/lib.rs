//! The one way out of the house over HTTP: what was not allowed beforehand is not called.
//!
//! An address is chosen by whoever registers it, and so cannot be trusted. In this order:
//!
//! 1. the URL must fit a [`Destination`] of the configuration: its host, its port, and `https`
//!    unless that destination allows `http`; without a destination nothing is called;
//! 2. its name is resolved once, and every address found must be public, or one that the destination
//!    lists; an address in the URL itself keeps to the same rule;
//! 3. the connection goes to the very address that was judged;
//! 4. a redirect is an answer like any other and is not followed; no proxy of the environment, no
//!    cookie and no password in a URL is used;
//! 5. connecting, the whole call, the request and the answer are bounded.

mod address;
mod client;
mod config;
mod destination;
mod error;
mod lookup;
#[cfg(test)]
mod tests;

pub use client::{Answer, Outbound};
pub use config::{Destination, OutboundConfig};
pub use destination::check_form;
pub use error::{OpenError, OutboundError};
