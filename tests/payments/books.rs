//! The tables themselves, and what must hold in them whatever happened.

use rangkai_db::{AuditReport, DatabaseConfig, Db, DbErr, MigrationTrait, MigratorTrait, sql};
use rangkai_primitives::{Caller, Clock};

use super::{ledger_books::LEDGER, support::House};

/// What must never be found, each with the rows it looks at.
const INVARIANTS: &[(&str, &str, &str)] = &[
    (
        "a bill that ended unpaid is written off for what was owed, and the rest is a credit",
        "SELECT COUNT(*) FROM bill WHERE state IN ('expired', 'cancelled')",
        "SELECT COUNT(*) FROM bill WHERE state IN ('expired', 'cancelled') AND \
         (COALESCE((SELECT SUM(amount_minor) FROM transfer WHERE source_id = bill_id \
         AND description = 'bill.' || state), 0) <> amount_minor - paid_minor OR \
         COALESCE((SELECT SUM(amount_minor) FROM transfer WHERE source_id = bill_id \
         AND description = 'bill.credited'), 0) <> paid_minor)",
    ),
    (
        "a bill has no other transfers",
        "SELECT COUNT(*) FROM bill",
        "SELECT COUNT(*) FROM transfer JOIN bill ON source_id = bill_id WHERE description NOT IN \
         ('bill.issued', 'bill.paid', 'credit.applied', 'bill.credited', 'bill.' || state)",
    ),
    (
        "what was paid of a bill is what banks, credits and suspense paid of it or its parts",
        "SELECT COUNT(*) FROM bill",
        "SELECT COUNT(*) FROM bill WHERE (state = 'paid') <> (paid_minor = amount_minor) \
         AND (amount_minor > 0 OR state <> 'cancelled') OR paid_minor <> COALESCE((SELECT SUM(amount_minor) FROM transfer \
         WHERE description IN ('bill.paid', 'credit.applied') AND (source_id = bill.bill_id \
         OR source_id IN (SELECT part_id FROM part WHERE part.bill_id = bill.bill_id))), 0) \
         + COALESCE((SELECT SUM(transfer.amount_minor) FROM transfer \
         JOIN suspense ON source_id = suspense_id WHERE description = 'suspense.applied' \
         AND (target = bill.billing_code OR target IN \
         (SELECT part.billing_code FROM part WHERE part.bill_id = bill.bill_id))), 0)",
    ),
    (
        "what is owed on open bills is what is receivable",
        "SELECT COUNT(*) FROM account WHERE code = 'receivable'",
        "SELECT COUNT(*) FROM account WHERE code = 'receivable' AND balance_minor <> \
         COALESCE((SELECT SUM(amount_minor - paid_minor) FROM bill WHERE state = 'open' \
         AND bill.agency = account.agency AND bill.currency = account.currency), 0)",
    ),
    (
        "what is left of credits is what is owed to payers, and what was taken was used",
        "SELECT COUNT(*) FROM credit",
        "SELECT (SELECT COUNT(*) FROM account WHERE code = 'credits' AND balance_minor <> \
         COALESCE((SELECT SUM(left_minor) FROM credit WHERE credit.agency = account.agency \
         AND credit.currency = account.currency), 0)) \
         + (SELECT COUNT(*) FROM credit WHERE amount_minor - left_minor <> \
         COALESCE((SELECT SUM(amount_minor) FROM credit_use \
         WHERE credit_use.credit_id = credit.credit_id), 0))",
    ),
    (
        "what came in paid bills or is in suspense, to the last rupiah",
        "SELECT COUNT(*) FROM remittance",
        "SELECT COUNT(*) FROM (SELECT \
         (SELECT COALESCE(SUM(amount_minor), 0) FROM remittance) \
         - (SELECT COALESCE(SUM(amount_minor), 0) FROM suspense) \
         - (SELECT COALESCE(SUM(amount_minor), 0) FROM transfer WHERE description = 'bill.paid') \
         + (SELECT COALESCE(SUM(amount_minor), 0) FROM transfer \
         WHERE description = 'suspense.forwarded') AS gap) AS gaps WHERE gap <> 0",
    ),
    (
        "the account of suspense holds what waits in suspense",
        "SELECT COUNT(*) FROM suspense",
        "SELECT COUNT(*) FROM account WHERE code = 'suspense' AND balance_minor <> \
         COALESCE((SELECT SUM(amount_minor) FROM suspense WHERE suspense.agency = account.agency \
         AND suspense.currency = account.currency AND state IN ('open', 'proposed')), 0)",
    ),
    (
        "what went back of a bill is the sum of its refunds, at most what was paid",
        "SELECT COUNT(*) FROM refund",
        "SELECT COUNT(*) FROM bill WHERE refunded_minor > amount_minor OR refunded_minor <> \
         COALESCE((SELECT SUM(amount_minor) FROM refund WHERE refund.bill_id = bill.bill_id \
         AND state <> 'rejected'), 0)",
    ),
    (
        "what moved at a bank is recorded once for each thing that says so",
        "SELECT COUNT(*) FROM bank_movement",
        "SELECT ABS((SELECT COUNT(*) FROM bank_movement \
         WHERE purpose NOT IN ('forwarded_out', 'forwarded_in', 'resolved')) \
         - (SELECT COUNT(*) FROM remittance) \
         - (SELECT COUNT(*) FROM suspense WHERE state = 'returned') \
         - (SELECT COUNT(*) FROM merchant_settlement) - (SELECT COUNT(*) FROM sweep) \
         - (SELECT COUNT(*) FROM funding) - (SELECT COUNT(*) FROM pool_movement) \
         - (SELECT COUNT(*) FROM dispute WHERE state = 'lost') \
         - (SELECT COUNT(*) FROM refund WHERE state = 'paid' AND mode = 'source'))",
    ),
];

/// The tables of a block, reached past the block.
pub struct Books(Db);

/// Knows no migration: the block brought the schema.
struct Past;

impl MigratorTrait for Past {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        Vec::new()
    }
}

impl Books {
    pub async fn open(house: &House) -> anyhow::Result<Self> {
        Self::past(&house.database.config).await
    }

    /// The tables of a database, whichever block is on it.
    pub async fn past(config: &DatabaseConfig) -> anyhow::Result<Self> {
        Ok(Self(Db::open::<Past>(config, Clock::system()).await?))
    }

    /// Changes rows by hand.
    pub async fn change(&self, change: String) -> Result<u64, DbErr> {
        let change = move |tx| {
            let change = change.clone();
            async move { sql::execute(&tx, &change, []).await }
        };
        self.0.act(nobody(), "test.v1.Change", change).await
    }

    /// Sees that nothing is wrong; answers how many rows were looked at.
    pub async fn check(&self) -> anyhow::Result<i64> {
        self.look(LEDGER.iter().chain(INVARIANTS), true).await
    }

    /// As [`Books::check`], where not everything happened.
    pub async fn check_some(&self) -> anyhow::Result<i64> {
        self.look(LEDGER.iter().chain(INVARIANTS), false).await
    }

    /// As [`Books::check`], for the tables of the ledger alone.
    pub async fn check_ledger(&self) -> anyhow::Result<i64> {
        self.look(LEDGER.iter(), true).await
    }

    /// Sees that nothing of `what` is wrong; answers how many rows were looked at.
    pub async fn check_these(
        &self,
        what: &'static [(&'static str, &'static str, &'static str)],
    ) -> anyhow::Result<i64> {
        self.look(what.iter(), true).await
    }

    /// Whether the audit log is whole; answers how many entries it has, and how many are against it.
    pub async fn chain(&self) -> Result<(i64, i64), DbErr> {
        Ok(match self.0.verify_audit().await? {
            AuditReport::Whole { entries } => (entries, 0),
            AuditReport::Broken { position } => (position, 1),
        })
    }

    /// Counts the rows of `FROM … WHERE …`.
    pub async fn found(&self, rows: &'static str) -> Result<i64, DbErr> {
        let query = format!("SELECT COUNT(*) {rows}");
        let read = move |tx| {
            let query = query.clone();
            async move { sql::query(&tx, &query, []).await?[0].try_get_by_index::<i64>(0) }
        };
        self.0.read(nobody(), read).await
    }

    /// What a query finds: a word and a number in each row.
    pub async fn numbers(&self, query: &'static str) -> Result<Vec<(String, i64)>, DbErr> {
        let read = move |tx| async move {
            let rows = sql::query(&tx, query, []).await?;
            rows.iter()
                .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
                .collect()
        };
        self.0.read(nobody(), read).await
    }

    async fn look(
        &self,
        what: impl Iterator<Item = &'static (&'static str, &'static str, &'static str)>,
        everything: bool,
    ) -> anyhow::Result<i64> {
        let mut all = 0;
        for (name, rows, wrong) in what {
            let (rows, wrong) = (self.count(rows).await?, self.count(wrong).await?);
            eprintln!("{rows:>5} rows: {name}");
            assert!(rows > 0 || !everything, "nothing was looked at: {name}");
            assert_eq!(wrong, 0, "{name}");
            all += rows;
        }
        Ok(all)
    }

    /// What all agencies together have in accounts of one code, in minor units.
    pub async fn balance(&self, code: &str) -> Result<i64, DbErr> {
        let code = code.to_owned();
        let read = move |tx| {
            let code = code.clone();
            async move {
                let sum = "SELECT CAST(COALESCE(SUM(balance_minor), 0) AS bigint) FROM account \
                           WHERE code = $1";
                let rows = sql::query(&tx, sum, [code.into()]).await?;
                rows[0].try_get_by_index::<i64>(0)
            }
        };
        self.0.read(nobody(), read).await
    }

    /// How `SQLite` would go about a query, a line for each table.
    pub async fn plan(&self, query: &str) -> Result<String, DbErr> {
        let explain = format!("EXPLAIN QUERY PLAN {query}");
        let read = move |tx| {
            let explain = explain.clone();
            async move {
                let rows = sql::query(&tx, &explain, []).await?;
                let lines = rows.iter().map(|row| row.try_get::<String>("", "detail"));
                Ok(lines.collect::<Result<Vec<_>, _>>()?.join("\n"))
            }
        };
        self.0.read(nobody(), read).await
    }

    /// Counts what a query finds.
    pub async fn count(&self, query: &'static str) -> Result<i64, DbErr> {
        let read = move |tx| async move {
            let rows = sql::query(&tx, query, []).await?;
            rows[0].try_get_by_index::<i64>(0)
        };
        self.0.read(nobody(), read).await
    }
}

fn nobody() -> Caller {
    Caller::block("test", rangkai_primitives::Agency::platform())
}
