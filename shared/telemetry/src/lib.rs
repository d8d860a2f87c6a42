//! Traces, metrics and logs: one call at start, one guard that flushes at the end.

mod config;
mod export;
mod start;

pub use config::TelemetryConfig;
pub use start::{Guard, start};
