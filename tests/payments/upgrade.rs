//! A database of an earlier release, with rows in it, under the block of today.

use rangkai_db::{Db, DbErr, MigrationTrait, MigratorTrait, SqlMigration, base_migrations, sql};
use rangkai_payments::{Config, DEFAULTS, Payments};
use rangkai_primitives::{Agency, Caller, Clock};
use rangkai_testkit::{Kind, TestDatabase, database};
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

/// The schema of the release that kept of each instruction only the last thing that people said.
struct Second;

impl MigratorTrait for Second {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = First::migrations();
        all.extend(SECOND.iter().map(|step| Box::new(*step) as _));
        all
    }
}

const SECOND: [SqlMigration; 6] = [
    step!("m0006_chart" each),
    step!("m0040_payee"),
    step!("m0041_envelope"),
    step!("m0042_instruction"),
    step!("m0043_payout_stays" each),
    step!("m0044_looked_at"),
];

/// An envelope with a payment that was made, one that failed and was given again, and one that nobody
/// knows about. The rail contradicts the first two, and of the second people said so once before.
const PAYMENTS: [&str; 4] = [
    "INSERT INTO envelope (envelope_id, agency, programme, cycle, source, currency, declared_count, \
     control_minor, instruction_limit_minor, limit_source, pause_percent, pause_after, incompatible, \
     narration_key, state, content, created_by, create_time, update_time) VALUES \
     ('\\1', 'kemensos', 'pkh', 'q4', 'pkh', 'IDR', 3, 300, 100, 'x', 1, 1, ' ', '\\a', 'released', \
     '\\a', 'ani', '2026-11-20T10:00:00+00:00', '2026-11-20T10:00:00+00:00')",
    "INSERT INTO instruction (agency, envelope_id, instruction_id, reference, attempt, person_key, \
     amount_minor, narration, digest, state, reason, retry_safe, rail_reference, retry_of, \
     replaced_by) VALUES \
     ('kemensos', '\\1', '\\2', 'A', 1, '\\a', 100, '\\a', '\\a', 'paid', NULL, FALSE, 'R', NULL, NULL), \
     ('kemensos', '\\1', '\\3', 'B', 1, '\\a', 100, '\\a', '\\a', 'failed', 'RK', TRUE, NULL, NULL, '\\4'), \
     ('kemensos', '\\1', '\\4', 'B', 2, '\\a', 100, '\\a', '\\a', 'paid', NULL, FALSE, 'R', '\\3', NULL), \
     ('kemensos', '\\1', '\\5', 'C', 1, '\\a', 100, '\\a', '\\a', 'needs_person', NULL, FALSE, NULL, NULL, NULL)",
    "INSERT INTO late_answer VALUES \
     ('\\6', 'kemensos', '\\1', '\\2', 'failed', TRUE, 'AC04', NULL, '2026-11-20T10:00:00+00:00'), \
     ('\\7', 'kemensos', '\\1', '\\3', 'paid', TRUE, NULL, 'R', '2026-11-20T10:00:00+00:00'), \
     ('\\8', 'kemensos', '\\1', '\\4', 'paid', FALSE, NULL, 'R', '2026-11-20T10:00:00+00:00')",
    "INSERT INTO verdict VALUES \
     ('\\3', 'kemensos', '\\1', 'failed', 'RK', 'budi', 'citra', '2026-11-20T10:00:00+00:00', \
      '2026-11-20T11:00:00+00:00'), \
     ('\\5', 'kemensos', '\\1', 'paid', 'NTB', 'budi', NULL, '2026-11-20T10:00:00+00:00', \
      '2026-11-20T11:00:00+00:00')",
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
    let database = filled::<First>(kind, &ROWS).await?;

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

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_the_rail_contradicted_before_can_be_put_right(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let database = filled::<Second>(kind, &PAYMENTS).await?;

    let books = Books::past(&database.config).await?;
    let contradicted = "SELECT reference, attempt FROM instruction WHERE contradicted \
                        AND NOT retry_safe ORDER BY reference, attempt";
    let expected = [("A".to_owned(), 1), ("B".to_owned(), 1)];
    assert_eq!(books.numbers(contradicted).await?, expected);
    let said = "SELECT person || ' ' || outcome || ' ' || SUBSTR(CAST(create_time AS text), 12, 2), \
                number FROM ruling WHERE recorded = 'needs_person' ORDER BY 1";
    let said = books.numbers(said).await?;
    let expected = [("budi failed 10", 1), ("budi paid 11", 1), ("citra failed 11", 2)];
    assert_eq!(said, expected.map(|(said, number)| (said.to_owned(), number)));
    assert_eq!(books.count("SELECT COUNT(*) FROM ruling WHERE confirms").await?, 1);
    // What was given again may turn out to have been paid; what it asks for stays.
    let paid = "UPDATE instruction SET state = 'paid', reason = NULL WHERE replaced_by IS NOT NULL";
    assert_eq!(books.change(paid.to_owned()).await?, 1);
    for change in [
        "UPDATE instruction SET amount_minor = 1",
        "UPDATE instruction SET contradicted = TRUE",
        "DELETE FROM instruction",
        "UPDATE ruling SET person = 'x'",
        "DELETE FROM ruling",
    ] {
        assert!(books.change(change.to_owned()).await.is_err(), "{change}");
    }
    Ok(())
}

/// A database with the schema of then and rows in it, which the block of today was opened on.
async fn filled<M: MigratorTrait>(
    kind: Kind,
    all: &'static [&'static str],
) -> anyhow::Result<TestDatabase> {
    let database = database(kind).await?;
    let then = Db::open::<M>(&database.config, Clock::system()).await?;
    let nobody = Caller::block("test", Agency::platform());
    then.act(nobody, "test.v1.Fill", move |tx| async move {
        for rows in all {
            sql::execute(&tx, &spell(rows, tx.is_postgres()), []).await?;
        }
        Ok::<_, DbErr>(())
    })
    .await?;
    let mut config: Config = toml::from_str(DEFAULTS)?;
    config.database = database.config.clone();
    Payments::open(&config, Clock::system()).await?;
    Ok(database)
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
