//! The facts that this block records. It hears none.

pub mod tell;
