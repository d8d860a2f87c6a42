//! The messaging block from outside.

mod contract;
mod crashes;
mod delivery;
mod email;
mod endpoints;
mod mail_server;
mod messages;
mod secrecy;
mod stage;
mod templates;
mod variables;
