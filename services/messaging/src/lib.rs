//! The messaging building block.
