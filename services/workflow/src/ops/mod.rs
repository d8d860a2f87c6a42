//! What happens: one function for each verb, inside a transaction that the caller owns.

pub mod calendar;
pub mod child;
pub mod computation;
pub mod deadline;
pub mod deadline_end;
pub mod definition;
pub mod descriptor_set;
pub mod drawing;
pub mod inbox;
pub mod instance;
pub mod lead;
pub mod schedule;
pub mod settlement;
pub mod step;
pub mod timeline;
