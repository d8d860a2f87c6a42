//! The interpreter: where an instance stands and what happened go in; where it stands then, and what
//! is to be done about it, come out. Nothing here waits, calls or stores.

mod attempt;
mod bounds;
mod call;
mod child;
pub mod continuation;
mod effects;
mod emit;
mod filter;
mod fork;
mod http;
mod iterate;
mod listen;
mod lists;
mod machine;
mod scope;
mod signal;
mod taken;
mod turn;
mod undo;
mod walk;
mod work;

pub use bounds::MAX_GENERATIONS;
pub use effects::{Child, Intent, Subscription, Turn};
pub use http::HttpRequest;
pub use turn::{Happening, Setting, cancel, give_up, turn};
