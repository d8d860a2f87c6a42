//! The way to the outside: the providers, and the worker that hands messages to them.

mod courier;
mod post;
mod provider;
mod sandbox;
mod smtp;
mod worker;

pub use courier::Courier;
pub use sandbox::{Outbox, Sent};
pub use worker::Worker;
