//! What happens: one function for each verb, inside a transaction that the caller owns.

pub mod definition;
pub mod descriptor_set;
pub mod inbox;
pub mod instance;
pub mod lead;
pub mod step;
