//! What is kept: one file for each table, with its queries.

pub mod attribute;
pub mod calendar;
pub mod child_end;
pub mod computation;
pub mod deadline;
pub mod deadline_entry;
pub mod definition;
pub mod descriptor_set;
pub mod history;
pub mod inbox;
pub mod instance;
pub mod intent;
pub mod mail;
pub mod schedule;
pub mod search;
pub mod settlement;
pub mod subscription;

use std::str::FromStr;

use rangkai_db::{DbErr, MigrationTrait, MigratorTrait, SqlMigration, Tx, base_migrations};
use sea_orm::QueryResult;
use serde::{Serialize, de::DeserializeOwned};

/// The schema, oldest step first.
pub struct Schema;

impl MigratorTrait for Schema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut steps = base_migrations();
        steps.push(Box::new(SqlMigration::new(
            "m0001_workflow",
            include_str!("../../migrations/m0001_workflow.sql"),
        )));
        steps.push(Box::new(SqlMigration::new(
            "m0002_child",
            include_str!("../../migrations/m0002_child.sql"),
        )));
        steps.push(Box::new(SqlMigration::new(
            "m0003_schedule",
            include_str!("../../migrations/m0003_schedule.sql"),
        )));
        steps.push(Box::new(SqlMigration::new(
            "m0004_calendar",
            include_str!("../../migrations/m0004_calendar.sql"),
        )));
        steps.push(Box::new(SqlMigration::new(
            "m0005_deadline",
            include_str!("../../migrations/m0005_deadline.sql"),
        )));
        steps.push(Box::new(SqlMigration::per_database(
            "m0006_time_stays",
            include_str!("../../migrations/m0006_time_stays.sqlite.sql"),
            include_str!("../../migrations/m0006_time_stays.postgres.sql"),
        )));
        steps.push(Box::new(SqlMigration::new(
            "m0007_attribute",
            include_str!("../../migrations/m0007_attribute.sql"),
        )));
        steps.push(Box::new(SqlMigration::new(
            "m0008_settlement",
            include_str!("../../migrations/m0008_settlement.sql"),
        )));
        steps.push(Box::new(SqlMigration::new(
            "m0009_descriptor_set",
            include_str!("../../migrations/m0009_descriptor_set.sql"),
        )));
        steps
    }
}

/// What may hold personal data, as it lies in the database.
fn seal(tx: &Tx, value: &impl Serialize) -> Result<Vec<u8>, DbErr> {
    let bytes = serde_json::to_vec(value).map_err(|error| DbErr::Type(error.to_string()))?;
    seal_bytes(tx, &bytes)
}

fn seal_bytes(tx: &Tx, bytes: &[u8]) -> Result<Vec<u8>, DbErr> {
    tx.vault().seal(bytes).map_err(|error| DbErr::Custom(error.to_string()))
}

fn open<T: DeserializeOwned>(tx: &Tx, sealed: &[u8]) -> Result<T, DbErr> {
    let bytes = open_bytes(tx, sealed)?;
    // What serde found may quote the value, which may be personal data.
    serde_json::from_slice(&bytes).map_err(|_| DbErr::Type("a sealed value is not as kept".into()))
}

fn open_bytes(tx: &Tx, sealed: &[u8]) -> Result<Vec<u8>, DbErr> {
    tx.vault().open(sealed).map_err(|error| DbErr::Custom(error.to_string()))
}

/// `$first, $second, …` for `count` values.
fn places(first: usize, count: usize) -> String {
    let places: Vec<_> = (first..first + count).map(|place| format!("${place}")).collect();
    places.join(", ")
}

/// What a column says, read by `FromStr`.
fn word<T: FromStr>(row: &QueryResult, column: &str) -> Result<T, DbErr> {
    let text: String = row.try_get("", column)?;
    text.parse().map_err(|_| DbErr::Type(format!("{column} is not as kept")))
}

/// A number that fits, as every one does that was kept.
fn number(row: &QueryResult, column: &str) -> Result<i32, DbErr> {
    let number: i64 = row.try_get("", column)?;
    number.try_into().map_err(|_| DbErr::Type(format!("{column} is not as kept")))
}

fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, DbErr> {
    serde_json::from_str(text).map_err(|error| DbErr::Type(error.to_string()))
}

fn to_json(value: &impl Serialize) -> Result<String, DbErr> {
    serde_json::to_string(value).map_err(|error| DbErr::Type(error.to_string()))
}
