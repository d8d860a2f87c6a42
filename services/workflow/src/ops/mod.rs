//! What happens: one function for each verb, inside a transaction that the caller owns.

pub mod child;
pub mod definition;
pub mod drawing;
pub mod inbox;
pub mod instance;
pub mod lead;
pub mod schedule;
pub mod settlement;
pub mod step;
pub mod timeline;
