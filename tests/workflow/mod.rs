//! The workflow block, seen from outside.

mod away;
mod calendars;
mod clocks;
mod computations;
mod contract;
mod crash;
mod double;
mod events;
mod invariants;
mod issuer;
mod language;
mod moves;
mod national;
mod office;
mod privacy;
mod replicas;
mod silence;
mod support;
mod time;
