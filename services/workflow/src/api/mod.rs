//! The wire: requests in, answers out.

mod definition;
mod descriptor;
mod instance;
mod status;
mod watch;
mod write;
