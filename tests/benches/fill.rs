//! Accounts, and ledgers of any size: as many sound entries as asked for, written in bulk.

use rangkai_testkit::{Kind, TestDatabase};
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection};
use uuid::Uuid;

/// The agency whose ledger it is.
pub(crate) const AGENCY: &str = "bench";
/// How many accounts there are.
pub(crate) const ACCOUNTS: i64 = 10_000;

/// The first account's id; the others follow it.
const FIRST: u128 = 0x0190_0000_0000_7000_8000_0000_0000_0000;
/// How many entries of each account one statement writes.
const ROUNDS: i64 = 20;
const THEN: &str = "'2026-01-01T00:00:00+00:00'";

/// The id of the account with a number.
pub(crate) fn account(number: i64) -> Uuid {
    Uuid::from_u128(FIRST + u128::from(number.unsigned_abs()))
}

/// The ledger of a database that a block has opened.
pub(crate) struct Ledger {
    connection: DatabaseConnection,
    kind: Kind,
    rounds: i64,
}

impl Ledger {
    /// Opens the accounts, with nothing on them.
    pub(crate) async fn open(database: &TestDatabase) -> anyhow::Result<Self> {
        let mut options = ConnectOptions::new(database.config.url.reveal());
        options.max_connections(1).sqlx_logging(false);
        let connection = Database::connect(options).await?;
        let ledger = Self { connection, kind: database.kind, rounds: 0 };
        let id = ledger.id("01900000-0000-7000-8000-", "i");
        ledger
            .run(&format!(
                "INSERT INTO account (account_id, agency, code, currency, kind, balance_minor, \
                 reserved_out_minor, reserved_in_minor, floor_minor, entry_count, entry_time, \
                 create_time) \
                 WITH RECURSIVE step (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM step \
                 WHERE i < {ACCOUNTS} - 1) \
                 SELECT {id}, '{AGENCY}', 'bench-' || i, 'IDR', 'asset', 0, 0, 0, \
                 -1000000000000000, 0, {THEN}, {THEN} FROM step"
            ))
            .await?;
        Ok(ledger)
    }

    /// Writes further entries until the fill comes to `entries`.
    pub(crate) async fn fill(&mut self, entries: i64) -> anyhow::Result<()> {
        let wanted = entries / ACCOUNTS;
        while self.rounds < wanted {
            let rounds = ROUNDS.min(wanted - self.rounds);
            self.write(rounds).await?;
            self.rounds += rounds;
        }
        match self.kind {
            Kind::Postgres => self.run("VACUUM ANALYZE").await?,
            Kind::Sqlite => self.run("PRAGMA wal_checkpoint(TRUNCATE)").await?,
        }
        if self.kind == Kind::Postgres {
            // What was written behind the back of the load is not to be flushed during it.
            self.run("CHECKPOINT").await?;
        }
        Ok(())
    }

    /// Moves Rp1,000 within each pair of accounts, there and back, `rounds` times.
    async fn write(&self, rounds: i64) -> anyhow::Result<()> {
        let number = format!("(({} + s) * {ACCOUNTS} + i - i % 2)", self.rounds);
        let transfer_id = self.id("01910000-0000-7000-8000-", &number);
        let entry_id = self.id("01920000-0000-7000-8000-", &format!("({number} + i % 2)"));
        let steps = format!(
            "WITH RECURSIVE step (s) AS (SELECT 1 UNION ALL SELECT s + 1 FROM step \
             WHERE s < {rounds}), \
             side AS (SELECT *, CAST(substr(code, 7) AS bigint) AS i FROM account \
             WHERE agency = '{AGENCY}')"
        );
        let (even, odd) = ("account_id", self.id("01900000-0000-7000-8000-", "(i + 1)"));
        let transfers = format!(
            "INSERT INTO transfer (transfer_id, agency, kind, debit_account_id, \
             credit_account_id, currency, amount_minor, description, create_time) {steps} \
             SELECT {transfer_id}, agency, 'posted', \
             CASE WHEN s % 2 = 1 THEN {even} ELSE {odd} END, \
             CASE WHEN s % 2 = 1 THEN {odd} ELSE {even} END, currency, 100000, 'bench.filled', \
             {THEN} FROM step CROSS JOIN side WHERE i % 2 = 0 ORDER BY s, i"
        );
        let entries = format!(
            "INSERT INTO entry (account_id, position, agency, entry_id, transfer_id, direction, \
             amount_minor, balance_after_minor, create_time) {steps} \
             SELECT account_id, entry_count + s, agency, {entry_id}, {transfer_id}, \
             CASE WHEN (i + s) % 2 = 1 THEN 'debit' ELSE 'credit' END, 100000, \
             balance_minor + (s % 2) * (1 - 2 * (i % 2)) * 100000, entry_time \
             FROM step CROSS JOIN side ORDER BY s, i"
        );
        let accounts = format!(
            "UPDATE account SET entry_count = entry_count + {rounds}, balance_minor = \
             balance_minor + {} * (1 - 2 * (CAST(substr(code, 7) AS bigint) % 2)) * 100000 \
             WHERE agency = '{AGENCY}'",
            rounds % 2
        );
        for sql in ["BEGIN", &transfers, &entries, &accounts, "COMMIT"] {
            self.run(sql).await?;
        }
        Ok(())
    }

    /// The id that begins with `prefix` and ends with `number`.
    fn id(&self, prefix: &str, number: &str) -> String {
        match self.kind {
            Kind::Postgres => {
                format!("('{prefix}' || lpad(to_hex(CAST({number} AS bigint)), 12, '0'))::uuid")
            }
            Kind::Sqlite => {
                format!("unhex('{}' || printf('%012x', {number}))", prefix.replace('-', ""))
            }
        }
    }

    async fn run(&self, sql: &str) -> anyhow::Result<()> {
        self.connection.execute_unprepared(sql).await?;
        Ok(())
    }
}
