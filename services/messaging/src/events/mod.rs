//! Facts that this block tells; it hears none.

pub mod tell;
