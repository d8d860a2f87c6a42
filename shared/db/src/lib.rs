//! The way to the database: units of work, requests answered once, the audit log, leases, schemas.
//!
//! `SQLite` and PostgreSQL serve the same code. Every change runs in a transaction of a task of its
//! own ([`Db::once`], [`Db::act`]): a caller that goes away never leaves one open behind it. Where
//! many ask for the same kind of change at once, a [`Group`] commits them together.

mod audit;
mod chain;
mod clock;
mod config;
mod connect;
mod fault;
mod group;
mod lease;
mod many;
mod migrate;
mod once;
mod schema;
pub mod sql;
mod together;
mod tx;
mod work;

pub use chain::{AuditHead, AuditReport};
pub use config::DatabaseConfig;
pub use connect::Db;
pub use fault::is_passing;
pub use group::{Group, GroupConfig};
pub use lease::Lease;
pub use migrate::OpenError;
pub use once::{Call, RequestIdReused};
pub use schema::{SqlMigration, base_migrations};
pub use sea_orm::{DbErr, SqlErr};
pub use sea_orm_migration::{MigrationTrait, MigratorTrait};
pub use together::{Asked, Reply};
pub use tx::Tx;
