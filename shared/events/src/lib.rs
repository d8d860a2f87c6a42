//! Facts that leave a building block, and facts that enter it.
//!
//! A block records its facts in its own log ([`record`], [`record_many`]), lets others read that log ([`Log`]), and
//! follows the logs of others ([`follow`]). There is no broker: a log and a remembered position
//! are enough for each fact to take effect exactly once.

mod fact;
mod follow;
mod log;
mod outbox;
mod page;
mod positions;
mod source;
mod trace;

pub use fact::{Unreadable, id, read};
pub use follow::{FollowError, Hear, follow};
pub use log::{Log, READ_ALL};
pub use outbox::{Fact, record, record_many};
pub use positions::advance;
pub use source::Source;
