//! The workflow block, seen from outside.

mod away;
mod contract;
mod crash;
mod double;
mod drawing;
mod events;
mod invariants;
mod language;
mod privacy;
mod replicas;
mod search;
mod settlement;
mod support;
mod time;
mod timeline;
