//! What is kept: one file for each table, with its row and its queries.

pub mod account;
pub mod bank_reference;
pub mod bill;
pub mod entry;
mod line;
pub mod refund;
pub mod remittance;
pub mod tariff;

use std::str::FromStr;

use rangkai_db::{DbErr, MigrationTrait, MigratorTrait, SqlMigration, base_migrations};
use rangkai_primitives::Money;

/// The schema, oldest step first.
pub struct Schema;

impl MigratorTrait for Schema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let plain = [
            ("m0001_tariff", include_str!("../../migrations/m0001_tariff.sql")),
            ("m0002_bill", include_str!("../../migrations/m0002_bill.sql")),
            ("m0003_bank", include_str!("../../migrations/m0003_bank.sql")),
            ("m0004_ledger", include_str!("../../migrations/m0004_ledger.sql")),
        ];
        let mut all = base_migrations();
        for (name, sql) in plain {
            all.push(Box::new(SqlMigration::new(name, sql)));
        }
        all.push(Box::new(SqlMigration::per_database(
            "m0005_immutable",
            include_str!("../../migrations/m0005_immutable.sqlite.sql"),
            include_str!("../../migrations/m0005_immutable.postgres.sql"),
        )));
        all
    }
}

/// Reads a column that only this block writes.
fn word<T: FromStr>(column: &str, text: &str) -> Result<T, DbErr> {
    text.parse().map_err(|_| DbErr::Type(format!("{column} cannot be read")))
}

/// Reads an amount.
fn money(currency: &str, minor: i64) -> Result<Money, DbErr> {
    Ok(Money::new(word("currency", currency)?, minor))
}
