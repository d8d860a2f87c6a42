//! Facts that this block tells, and those of others that it sends on.

mod cloud;
pub mod hear;
pub mod tell;

pub use cloud::{is_known, test};
