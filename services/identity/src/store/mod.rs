//! What is kept: one file for each table, with its row and its queries.

pub mod access;
pub mod client;
pub mod person;
pub mod signing_key;
pub mod subject;

use rangkai_db::{DbErr, MigrationTrait, MigratorTrait, SqlMigration};

/// The schema, oldest step first.
pub struct Schema;

impl MigratorTrait for Schema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut steps = rangkai_db::base_migrations();
        steps.push(Box::new(SqlMigration::new(
            "m0001_person",
            include_str!("../../migrations/m0001_person.sql"),
        )));
        steps.push(Box::new(SqlMigration::per_database(
            "m0002_access_stays",
            include_str!("../../migrations/m0002_access_stays.sqlite.sql"),
            include_str!("../../migrations/m0002_access_stays.postgres.sql"),
        )));
        steps.push(Box::new(SqlMigration::new(
            "m0003_client",
            include_str!("../../migrations/m0003_client.sql"),
        )));
        steps
    }
}

/// A row that no rule of ours could have written; says where, never what.
fn corrupt(table: &str, column: &str) -> DbErr {
    DbErr::Type(format!("{table}.{column} does not hold what it should"))
}

/// Words as one column keeps them.
fn joined(words: &[String]) -> String {
    words.join(" ")
}

fn parted(text: &str) -> Vec<String> {
    text.split_ascii_whitespace().map(str::to_owned).collect()
}
