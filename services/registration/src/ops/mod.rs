//! What happens: one function for each verb, inside a transaction that the caller owns.

pub mod application;
pub mod decision;
pub mod record;
pub mod service;
pub mod task;
