//! The rules of the house, checked like any other behaviour.

mod contracts;
mod crates;
mod files;
mod manifests;
mod rooms;
mod text;
