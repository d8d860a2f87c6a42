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

/// The schema of the release that kept the numbers of banks alone.
struct Third;

impl MigratorTrait for Third {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = First::migrations();
        all.extend(THIRD.iter().map(|step| Box::new(*step) as _));
        all
    }
}

const THIRD: [SqlMigration; 24] = [
    step!("m0006_chart" each),
    step!("m0020_credit"),
    step!("m0021_bill" each),
    step!("m0022_refund" each),
    step!("m0023_stays" each),
    step!("m0024_claim_reference"),
    step!("m0030_suspense" each),
    step!("m0031_collection"),
    step!("m0032_import" each),
    step!("m0040_payee"),
    step!("m0041_envelope"),
    step!("m0042_instruction"),
    step!("m0043_payout_stays" each),
    step!("m0044_looked_at"),
    step!("m0050_rail"),
    step!("m0051_rail_stays" each),
    step!("m0060_voucher"),
    step!("m0061_merchant"),
    step!("m0062_voucher_immutable" each),
    step!("m0063_pool_document"),
    step!("m0064_merchant_reference" each),
    step!("m0070_reconciliation"),
    step!("m0071_day"),
    step!("m0072_dispute"),
];

/// Two payments that a statement has or lacks, one that came later; money that was handed on in a day
/// that is closed, and in one that is not.
const BANKS: [&str; 7] = [
    "INSERT INTO remittance (remittance_id, agency, billing_code, currency, amount_minor, bank_code, \
     bank_reference, pay_time, create_time, channel, paid, suspense_id, misfit) VALUES \
     ('\\1', 'korlantas', 'X', 'IDR', 700, '002', 'BOOKED', '2026-11-21T10:00:00+00:00', \
      '2026-11-21T10:00:00+00:00', 'bank', FALSE, '\\a', 'unknown_code'), \
     ('\\2', 'korlantas', 'X', 'IDR', 700, '002', 'LACKED', '2026-11-21T10:00:00+00:00', \
      '2026-11-21T10:00:00+00:00', 'bank', FALSE, '\\b', 'unknown_code'), \
     ('\\3', 'korlantas', 'X', 'IDR', 700, '002', 'LATER', '2026-11-22T10:00:00+00:00', \
      '2026-11-22T10:00:00+00:00', 'bank', FALSE, '\\c', 'unknown_code')",
    "INSERT INTO bank_reference (bank_code, bank_reference, agency, remittance_id) VALUES \
     ('002', 'BOOKED', 'korlantas', '\\1'), ('002', 'LACKED', 'korlantas', '\\2'), \
     ('002', 'LATER', 'korlantas', '\\3')",
    "INSERT INTO sweep VALUES \
     ('\\4', 'korlantas', 'IDR', 500, 'NTPN-1', 'a', '2026-11-20T16:59:59+00:00'), \
     ('\\5', 'korlantas', 'IDR', 500, 'NTPN-2', 'a', '2026-11-20T17:00:00+00:00')",
    "INSERT INTO closed_day VALUES \
     ('\\6', 'korlantas', '2026-11-20', '[]', '\\a', '\\b', '\\c', 'a', '2026-11-21T10:00:00+00:00')",
    "INSERT INTO bank_statement VALUES \
     ('\\7', 'korlantas', '002', 'S', '2026-11-21', 'IDR', 0, 700, 1, 1, 1, '2026-11-22T10:00:00+00:00')",
    "INSERT INTO bank_statement_line VALUES ('korlantas', '\\7', 1, '002', 'BOOKED', 'in', 700)",
    "INSERT INTO reconciliation_break VALUES \
     ('\\8', 'korlantas', '\\7', '002', '2026-11-21', 'missing_there', 'LACKED', 'in', 'IDR', NULL, 700, \
      'open', NULL, '', '', '', '2026-11-22T10:00:00+00:00', '2026-11-22T10:00:00+00:00')",
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

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_moved_at_banks_before_is_compared_from_where_it_stood(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let database = filled::<Third>(kind, &BANKS).await?;

    let books = Books::past(&database.config).await?;
    // Seen with the statement, part of a closed day, or still to be looked at.
    let seen = "SELECT COALESCE(bank_reference, CASE WHEN moved < '2026-11-20T17:00:00+00:00' \
                THEN 'closed' ELSE 'open' END) AS what, CAST(CASE WHEN statement_id IS NULL THEN 0 \
                WHEN statement_id = (SELECT statement_id FROM bank_statement) THEN 1 \
                ELSE 2 END AS bigint) \
                FROM bank_movement ORDER BY what";
    let found = books.numbers(seen).await?;
    let expected = [("BOOKED", 1), ("LACKED", 1), ("LATER", 0), ("closed", 2), ("open", 0)];
    let mut expected = expected.map(|(what, seen)| (what.to_owned(), seen)).to_vec();
    expected.sort_by_key(|(what, _)| found.iter().position(|(other, _)| other == what));
    assert_eq!(found, expected);
    let waits = "SELECT COUNT(*) FROM reconciliation_break JOIN bank_movement USING (movement_id) \
                 WHERE bank_reference = 'LACKED' AND recorded_flow = 'in' AND settle_time IS NULL";
    assert_eq!(books.count(waits).await?, 1);
    let account = "SELECT COUNT(*) FROM bank_statement WHERE account = 'all'";
    assert_eq!(books.count(account).await?, 1);
    for change in [
        "UPDATE bank_movement SET amount_minor = 1",
        "UPDATE bank_movement SET bank_reference = 'OTHER' WHERE bank_reference = 'LATER'",
        "DELETE FROM bank_movement",
        "DELETE FROM bank_statement",
        "UPDATE bank_statement_line SET amount_minor = 1",
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
