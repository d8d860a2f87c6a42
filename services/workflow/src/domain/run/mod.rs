//! The interpreter: where an instance stands and what happened go in; where it stands then, and what
//! is to be done about it, come out. Nothing here waits, calls or stores.

mod attempt;
mod bounds;
mod call;
pub mod continuation;
mod fork;
mod http;
mod listen;
mod machine;
mod scope;
mod signal;
mod turn;
mod walk;
mod work;

pub use http::HttpRequest;
pub use turn::{Happening, Intent, Setting, Subscription, Turn, cancel, give_up, turn};
