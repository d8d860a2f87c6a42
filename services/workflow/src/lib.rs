//! The workflow building block.

mod domain;

pub use domain::definition;
pub use domain::definition::{Definition, Finding, Functions, Severity, check};
pub use domain::{event, instance, problem, refusal, run};
