//! The workflow block, seen from outside.

mod away;
mod children;
mod contract;
mod crash;
mod double;
mod drawing;
mod effects;
mod events;
mod invariants;
mod language;
mod privacy;
mod replicas;
mod schedules;
mod search;
mod settlement;
mod support;
mod time;
mod timeline;
