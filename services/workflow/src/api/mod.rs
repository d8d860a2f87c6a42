//! The wire: requests in, answers out.

mod definition;
mod drawing;
mod instance;
mod place;
mod settlement;
mod status;
mod timeline;
mod watch;
mod write;
