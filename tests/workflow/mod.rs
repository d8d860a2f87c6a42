//! The workflow block, seen from outside.

mod away;
mod contract;
mod crash;
mod double;
mod elsewhere;
mod events;
mod invariants;
mod language;
mod privacy;
mod replicas;
mod support;
mod time;
