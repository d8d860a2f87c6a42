//! The way to the outside: the providers, and the worker that hands messages to them.

mod provider;
mod sandbox;
mod smtp;
mod worker;

pub use sandbox::{Outbox, Sent};
pub use worker::Worker;
