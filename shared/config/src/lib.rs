//! Reads a service's configuration: its own defaults, then a file, then the environment.

mod environment;
mod error;
mod load;
mod secret;
mod start;

pub use error::ConfigError;
pub use load::{Options, load, print};
pub use secret::Secret;
pub use start::start;
