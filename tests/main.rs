//! Every test that needs more than one function: one binary, so that one database server is enough.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "in a test, nothing to unwrap is a failure, and counts are part of the outcome"
)]

mod identity;
mod journeys;
mod messaging;
mod payments;
mod registration;
mod tidy;
mod workflow;
