//! What is true: workflows, how an instance moves from one moment to the next, and how the law
//! counts days.

pub mod attribute;
pub mod calendar;
pub mod clock_refusal;
pub mod deadline;
pub mod definition;
pub mod descriptor_set;
pub mod drawing;
pub mod event;
pub mod instance;
pub mod message;
pub mod problem;
mod protos;
pub mod refusal;
pub mod run;
pub mod settlement;
pub mod term;
pub mod timeline;
pub mod workflow;
