//! The facts that this block tells. It hears none: what happens next is a workflow's business.

pub mod tell;
