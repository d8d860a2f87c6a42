//! What is kept: one file for each table, with its row and its queries.

pub mod content;
pub mod delivery;
pub mod endpoint;
pub mod message;
pub mod template;
pub mod webhook;

use rangkai_db::{MigrationTrait, MigratorTrait, SqlMigration};

/// The schema, oldest step first.
pub struct Schema;

impl MigratorTrait for Schema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut steps = rangkai_db::base_migrations();
        steps.push(Box::new(SqlMigration::new(
            "m0001_template",
            include_str!("../../migrations/m0001_template.sql"),
        )));
        steps.push(Box::new(SqlMigration::new(
            "m0002_message",
            include_str!("../../migrations/m0002_message.sql"),
        )));
        steps.push(Box::new(SqlMigration::new(
            "m0003_endpoint",
            include_str!("../../migrations/m0003_endpoint.sql"),
        )));
        steps.push(Box::new(SqlMigration::new(
            "m0004_delivery",
            include_str!("../../migrations/m0004_delivery.sql"),
        )));
        steps
    }
}
