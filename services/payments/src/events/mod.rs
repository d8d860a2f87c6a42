//! What this block tells the others. It hears nothing: nobody else decides about money.

pub mod tell;
