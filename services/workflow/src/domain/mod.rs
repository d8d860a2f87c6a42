//! What is true: workflows, and how an instance moves from one moment to the next.

pub mod definition;
pub mod descriptor_set;
pub mod event;
pub mod instance;
pub mod message;
pub mod problem;
mod protos;
pub mod refusal;
pub mod run;
pub mod workflow;
