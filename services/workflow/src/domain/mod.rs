//! What is true: workflows, and how an instance moves from one moment to the next.

pub mod attribute;
pub mod definition;
pub mod drawing;
pub mod event;
pub mod instance;
pub mod message;
pub mod problem;
pub mod refusal;
pub mod run;
pub mod settlement;
pub mod timeline;
pub mod workflow;
