//! What is kept: one file for each table, with its row and its queries.

pub mod application;
pub mod decision;
pub mod record;
mod sealed;
pub mod service;
pub mod task;

use rangkai_db::{MigrationTrait, MigratorTrait, SqlMigration, base_migrations};

/// The schema, oldest step first.
pub struct Schema;

impl MigratorTrait for Schema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = base_migrations();
        all.push(Box::new(SqlMigration::new(
            "m0001_registration",
            include_str!("../../migrations/m0001_registration.sql"),
        )));
        all
    }
}
