//! The interpreter: where an instance stands and what happened go in; where it stands then, and what
//! is to be done about it, come out. Nothing here waits, calls or stores.

mod attempt;
mod call;
pub mod continuation;
mod fork;
mod listen;
mod machine;
mod scope;
mod signal;
mod turn;
mod walk;
mod work;

pub use turn::{Happening, Intent, Setting, Subscription, Turn, cancel, turn};

/// The largest continuation, in bytes of JSON.
pub const MAX_STATE: usize = 1024 * 1024;
/// The most tasks that one turn may begin: what loops without ever waiting is stopped here.
pub const MAX_STEPS_PER_TURN: u32 = 2_000;
/// The most tasks that one instance may begin.
pub const MAX_STEPS: u64 = 200_000;
/// The most branches of one fork.
pub const MAX_BRANCHES: usize = 64;
/// The deepest nesting of tasks.
pub const MAX_NESTING: usize = 64;
