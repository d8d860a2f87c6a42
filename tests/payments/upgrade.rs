//! A database of the first release, with rows in it, under the block of today.

use rangkai_db::{Db, DbErr, MigrationTrait, MigratorTrait, SqlMigration, base_migrations, sql};
use rangkai_payments::{Config, DEFAULTS, Payments};
use rangkai_primitives::{Agency, Caller, Clock};
use rangkai_testkit::{Kind, database};
use rstest::rstest;

use super::books::Books;

/// The schema of the first release.
struct First;

impl MigratorTrait for First {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = base_migrations();
        all.extend(FIRST.iter().map(|step| Box::new(*step) as _));
        all
    }
}

macro_rules! step {
    ($name:literal) => {
        SqlMigration::new($name, step!(text $name ".sql"))
    };
    ($name:literal each) => {
        SqlMigration::per_database(
            $name,
            step!(text $name ".sqlite.sql"),
            step!(text $name ".postgres.sql"),
        )
    };
    (text $name:literal $end:literal) => {
        include_str!(concat!("../../services/payments/migrations/", $name, $end))
    };
}

const FIRST: [SqlMigration; 5] = [
    step!("m0001_tariff"),
    step!("m0002_bill"),
    step!("m0003_bank"),
    step!("m0004_ledger"),
    step!("m0005_immutable" each),
];

/// A bill issued and expired; the two callers overlapped, so the times are out of order.
const ROWS: [&str; 2] = [
    "INSERT INTO account VALUES \
     ('\\1', 'korlantas', 'receivable', 'IDR', 'asset', 0, 0, 2), \
     ('\\2', 'korlantas', 'revenue', 'IDR', 'revenue', 0, 0, 2)",
    "INSERT INTO entry VALUES \
     ('\\3', 'korlantas', '\\a', '\\1', 1, 'debit', 700, 'bill.issued', '\\f', 700, '2026-11-20T10:00:00.5+00:00'), \
     ('\\4', 'korlantas', '\\a', '\\2', 1, 'credit', 700, 'bill.issued', '\\f', 700, '2026-11-20T10:00:00.5+00:00'), \
     ('\\5', 'korlantas', '\\b', '\\1', 2, 'credit', 700, 'bill.expired', '\\f', 0, '2026-11-20T10:00:00.4+00:00'), \
     ('\\6', 'korlantas', '\\b', '\\2', 2, 'debit', 700, 'bill.expired', '\\f', 0, '2026-11-20T10:00:00.4+00:00')",
];

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_the_first_release_posted_is_still_there(#[case] kind: Kind) -> anyhow::Result<()> {
    let database = database(kind).await?;
    let first = Db::open::<First>(&database.config, Clock::system()).await?;
    let nobody = || Caller::block("test", Agency::platform());
    first
        .act(nobody(), "test.v1.Fill", |tx| async move {
            for rows in ROWS {
                sql::execute(&tx, &spell(rows, tx.is_postgres()), []).await?;
            }
            Ok::<_, DbErr>(())
        })
        .await?;

    let mut config: Config = toml::from_str(DEFAULTS)?;
    config.database = database.config.clone();
    Payments::open(&config, Clock::system()).await?;

    let books = Books::past(&database.config).await?;
    let journal = "SELECT COUNT(*) FROM transfer JOIN account ON account_id = debit_account_id \
                   WHERE transfer.kind = 'posted' AND amount_minor = 700 AND transfer.currency = 'IDR' \
                   AND code = CASE description WHEN 'bill.issued' THEN 'receivable' \
                   ELSE 'revenue' END";
    assert_eq!(books.count(journal).await?, 2);
    assert_eq!(books.count("SELECT COUNT(*) FROM entry").await?, 4);
    books.check_ledger().await?;
    assert!(books.change("DELETE FROM entry".to_owned()).await.is_err());
    Ok(())
}

/// Spells `\x` as an id that ends in x.
fn spell(rows: &str, postgres: bool) -> String {
    let mut parts = rows.split('\\');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (last, rest) = part.split_at(1);
        let id = format!("{last:0>32}");
        text =
            if postgres { text + &id } else { text.trim_end_matches('\'').to_owned() + "x'" + &id };
        text += rest;
    }
    text
}
