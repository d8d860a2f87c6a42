//! What is true: definitions and how they are read.

pub mod definition;
