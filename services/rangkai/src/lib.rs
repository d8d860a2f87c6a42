//! All five blocks in one process, and the command line.
//!
//! | Room       | Holds                                                             |
//! |------------|-------------------------------------------------------------------|
//! | `platform` | starting the blocks together: folder, secrets, ports              |
//! | `session`  | calling the blocks as a client                                    |
//! | `command`  | what the command line does, one file for each thing               |
//! | `dynamic`  | calls composed at run time: JSON in, JSON out                      |
//! | `demo`     | four people on their way  to a driving licence                    |
//! | `screen`   | what the command line prints                                      |

mod command;
mod demo;
mod dynamic;
mod platform;
mod screen;
mod session;

pub use command::{Arguments, run};
pub use demo::{Cast, Outcome, Site, prove, stories, tell};
pub use dynamic::call;
pub use platform::{Addresses, Platform, Secrets};
pub use screen::{Block, Screen, Step};
pub use session::{Login, Session};
