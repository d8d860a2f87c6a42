//! Terms: how the law counts days, forwards to a deadline and backwards from an event.

mod computation;
mod count;
mod print;
mod rule;

pub use computation::{Basis, Computation, Kind, Used};
pub use count::{
    Reason, ReasonKind, Skipped, Standstill, Term, deadline, hours, lead_time, remaining, stood_for,
};
pub use rule::{FirstDay, LastDay, Leave, MOST, Rule, Unit};
