//! Facts that leave this block, and facts that enter it.

pub mod hear;
pub mod tell;
pub mod tell_time;
