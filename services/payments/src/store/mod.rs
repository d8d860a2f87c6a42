//! What is kept: one file for each table, with its row and its queries.

pub mod account;
pub mod approval;
pub mod bank_reference;
pub mod batch;
pub mod bill;
pub mod entry;
pub mod envelope;
pub mod fund;
pub mod inquiry;
pub mod instruction;
pub mod instruction_check;
pub mod instruction_intake;
pub mod late_answer;
mod line;
pub mod order;
pub mod payee;
pub mod rail_file;
pub mod rail_order;
pub mod rail_pace;
pub mod rail_report;
pub mod refund;
pub mod remittance;
pub mod resolution;
pub mod sandbox_order;
pub mod settlement;
pub mod tally;
pub mod tariff;
pub mod unresolved;

use std::str::FromStr;

use rangkai_db::{DbErr, MigrationTrait, MigratorTrait, SqlMigration, base_migrations};
use rangkai_primitives::Money;

/// The schema, oldest step first.
pub struct Schema;

impl MigratorTrait for Schema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = base_migrations();
        all.extend(OWN.iter().map(|own| Box::new(*own) as _));
        all
    }
}

/// Wraps a file of SQL that both databases understand.
macro_rules! both {
    ($name:literal) => {
        SqlMigration::new($name, include_str!(concat!("../../migrations/", $name, ".sql")))
    };
}

/// Wraps one file of SQL for each database.
macro_rules! each {
    ($name:literal) => {
        SqlMigration::per_database(
            $name,
            include_str!(concat!("../../migrations/", $name, ".sqlite.sql")),
            include_str!(concat!("../../migrations/", $name, ".postgres.sql")),
        )
    };
}

/// The steps of this block, in order.
const OWN: &[SqlMigration] = &[
    both!("m0001_tariff"),
    both!("m0002_bill"),
    both!("m0003_bank"),
    both!("m0004_ledger"),
    each!("m0005_immutable"),
    each!("m0006_chart"),
    both!("m0040_payee"),
    both!("m0041_envelope"),
    both!("m0042_instruction"),
    each!("m0043_payout_stays"),
    both!("m0050_rail"),
    each!("m0051_rail_stays"),
];

/// Reads a column that only this block writes.
fn word<T: FromStr>(column: &str, text: &str) -> Result<T, DbErr> {
    text.parse().map_err(|_| DbErr::Type(format!("{column} cannot be read")))
}

/// Reads 32 bytes, such as a keyed hash.
fn hash(column: &str, bytes: &[u8]) -> Result<[u8; 32], DbErr> {
    bytes.try_into().map_err(|_| DbErr::Type(format!("{column} cannot be read")))
}

/// Says what the vault did not like.
fn sealing(error: impl std::fmt::Display) -> DbErr {
    DbErr::Custom(error.to_string())
}

/// Reads an amount.
fn money(currency: &str, minor: i64) -> Result<Money, DbErr> {
    Ok(Money::new(word("currency", currency)?, minor))
}
