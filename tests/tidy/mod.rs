//! The rules of the house, checked like any other behaviour.

mod contracts;
mod crates;
mod files;
mod rooms;
mod text;
