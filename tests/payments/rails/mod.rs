//! Mass payments on their way: to a rail, and back.

mod booked;
mod contradictions;
mod corrections;
mod crash;
mod files;
mod mixture;
mod outcomes;
mod pace;
mod people;
mod reports;
mod returned;
mod rulings;
mod schemas;
mod silence;
mod standing;
mod statements;
mod support;
mod twice;
