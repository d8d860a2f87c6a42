//! What happens: one function for each verb, inside a transaction that the caller owns.

pub mod access;
pub mod client;
pub mod person;
pub mod signing_key;
pub mod token;
