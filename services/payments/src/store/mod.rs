//! What is kept: one file for each table, with its row and its queries.

pub mod account;
pub mod bank_reference;
pub mod bill;
pub mod entry;
mod line;
pub mod merchant;
pub mod merchant_settlement;
pub mod pool;
pub mod redemption;
pub mod refund;
pub mod remittance;
pub mod tariff;
pub mod voucher;
pub mod voucher_guess;

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
    both!("m0060_voucher"),
    both!("m0061_merchant"),
    each!("m0062_voucher_immutable"),
];

/// Reads a column that only this block writes.
fn word<T: FromStr>(column: &str, text: &str) -> Result<T, DbErr> {
    text.parse().map_err(|_| DbErr::Type(format!("{column} cannot be read")))
}

/// Reads an amount.
fn money(currency: &str, minor: i64) -> Result<Money, DbErr> {
    Ok(Money::new(word("currency", currency)?, minor))
}
