//! The workflow block, seen from outside.

mod away;
mod calendars;
mod children;
mod clocks;
mod computations;
mod contract;
mod crash;
mod double;
mod drawing;
mod effects;
mod events;
mod invariants;
mod issuer;
mod language;
mod moves;
mod national;
mod office;
mod privacy;
mod replicas;
mod schedules;
mod search;
mod settlement;
mod silence;
mod support;
mod time;
mod timeline;
