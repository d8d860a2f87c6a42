//! Mass payments on their way: to a rail, and back.

mod contradictions;
mod crash;
mod files;
mod outcomes;
mod pace;
mod reports;
mod schemas;
mod standing;
mod statements;
mod support;
