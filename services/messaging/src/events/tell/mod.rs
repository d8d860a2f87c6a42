//! The facts that this block records.

pub mod delivery;
pub mod endpoint;
pub mod message;
