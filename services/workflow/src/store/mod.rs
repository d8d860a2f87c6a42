//! What is kept: one file for each table, with its queries.

pub mod definition;
pub mod descriptor_set;
pub mod history;
pub mod inbox;
pub mod instance;
pub mod intent;
pub mod mail;
pub mod subscription;

use rangkai_db::{DbErr, MigrationTrait, MigratorTrait, SqlMigration, Tx, base_migrations};
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
            "m0032_descriptor_set",
            include_str!("../../migrations/m0032_descriptor_set.sql"),
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
