//! Mass payments on their way: to a rail, and back.

mod booked;
mod contradictions;
mod crash;
mod files;
mod outcomes;
mod pace;
mod reports;
mod schemas;
mod statements;
mod support;
