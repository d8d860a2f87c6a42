//! YAML with positions: every value knows the line and the column where it was written.

mod node;
mod place;

pub use node::{Node, Value, parse};
pub use place::{Findings, Place};
