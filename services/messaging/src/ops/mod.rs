//! What happens: one function for each verb.

pub mod delivery;
pub mod endpoint;
pub mod inbox;
pub mod message;
pub mod template;
pub mod webhook;
