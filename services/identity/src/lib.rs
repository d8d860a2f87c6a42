//! The identity building block.
