//! The registration block, seen from outside.

mod applications;
mod catalogue;
mod contract;
mod decisions;
mod definitions;
mod invariants;
mod office;
mod records;
mod retries;
mod running;
mod tasks;
