//! What every test needs: a database of its own, a running server to talk to, and callers.

mod callers;
mod contract;
mod database;
mod postgres;
mod python;
mod server;

pub use callers::{AUDIENCE, Bearer, Client, ISSUER, Keys, caller, fresh};
pub use contract::{Tried, every_scope, try_every_rule};
pub use database::{Kind, TestDatabase, database, master_key};
pub use postgres::PrivateServer;
pub use python::python;
pub use server::{listen, serve, serve_on};
