//! What is kept: one file for each table, with its row and its queries.

pub mod account;
pub mod approval;
pub mod bank_movement;
pub mod bank_statement;
pub mod bank_statement_line;
pub mod batch;
pub mod bill;
pub mod bulk_batch;
pub mod case;
pub mod charge;
pub mod closed_day;
pub mod collection;
pub mod cover;
pub mod credit;
pub mod dispute;
mod document;
pub mod entry;
pub mod envelope;
pub mod fund;
pub mod inquiry;
pub mod instruction;
pub mod instruction_check;
pub mod instruction_doubt;
pub mod instruction_intake;
pub mod instruction_report;
pub mod late_answer;
mod line;
pub mod merchant;
pub mod merchant_settlement;
pub mod order;
pub mod part;
pub mod payee;
pub mod payout;
pub mod pool;
pub mod posted;
pub mod progress;
pub mod rail_file;
pub mod rail_order;
pub mod rail_pace;
pub mod rail_report;
pub mod reconciliation_break;
pub mod reconciling;
pub mod redemption;
pub mod refund;
pub mod remittance;
pub mod remittance_import;
pub mod reservation;
pub mod ruling;
pub mod sandbox_order;
pub mod settlement;
pub mod stop;
pub mod sums;
pub mod suspense;
pub mod sweep;
pub mod tally;
pub mod tariff;
mod terms;
pub mod transfer;
pub mod unbooked;
pub mod unresolved;
pub mod voucher;
pub mod voucher_guess;
pub mod waiting_break;
pub mod withdrawal;

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
    both!("m0020_credit"),
    each!("m0021_bill"),
    each!("m0022_refund"),
    each!("m0023_stays"),
    both!("m0024_claim_reference"),
    each!("m0030_suspense"),
    both!("m0031_collection"),
    each!("m0032_import"),
    both!("m0040_payee"),
    both!("m0041_envelope"),
    both!("m0042_instruction"),
    each!("m0043_payout_stays"),
    both!("m0044_looked_at"),
    both!("m0050_rail"),
    each!("m0051_rail_stays"),
    both!("m0060_voucher"),
    both!("m0061_merchant"),
    each!("m0062_voucher_immutable"),
    both!("m0063_pool_document"),
    each!("m0064_merchant_reference"),
    both!("m0070_reconciliation"),
    both!("m0071_day"),
    both!("m0072_dispute"),
    each!("m0073_kept"),
    each!("m0080_contradicted"),
    each!("m0081_ruling"),
    each!("m0085_bank_movement"),
    each!("m0086_correction"),
    both!("m0087_payout"),
    each!("m0088_entry_time"),
    each!("m0090_standing"),
    both!("m0091_sandbox_order"),
    both!("m0092_late_answer"),
    both!("m0095_payee_modality"),
    both!("m0096_bulk_batch"),
    both!("m0096_returned_charge"),
    both!("m0097_lookup"),
    both!("m0098_stop"),
    each!("m0099_stop_stays"),
];

/// What an amount is split by, so that sums of either half fit a number of the database.
const HALF: i128 = 1_000_000_000;

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
