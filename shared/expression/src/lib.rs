//! Sandboxed jq: expressions of workflow definitions, bounded in time, steps, memory and output.
//!
//! The interpreter works on a value type of our own, and every operation on it draws on a budget.
//! So no expression can run away: not by looping, not by allocating, not by nesting.

mod access;
mod arithmetic;
mod budget;
mod compile;
mod library;
mod natives;
mod order;
mod parse;
mod patterns;
mod refuse;
mod standard;
mod value;

pub use compile::{EvaluationError, Expression, ExpressionError, Failure, off_the_async_threads};

/// The longest text of an expression, in bytes.
pub const MAX_TEXT: usize = 16 * 1024;
/// The largest result, in bytes of JSON.
pub const MAX_OUTPUT: usize = 1024 * 1024;
