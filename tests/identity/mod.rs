//! The identity block from outside.

mod accesses;
mod block;
mod clients;
mod contract;
mod facts;
mod imports;
mod oauth;
mod people;
mod retries;
mod secrecy;
mod tokens;
