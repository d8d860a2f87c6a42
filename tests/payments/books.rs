//! The tables themselves, and what must hold in them whatever happened.

use rangkai_db::{AuditReport, DatabaseConfig, Db, DbErr, MigrationTrait, MigratorTrait, sql};
use rangkai_primitives::{Caller, Clock};

use super::{ledger_books::LEDGER, support::House};

/// What must never be found, each with the rows it looks at.
const INVARIANTS: &[(&str, &str, &str)] = &[
    (
        "a bill's transfers say what its state says",
        "SELECT COUNT(*) FROM bill",
        "SELECT COUNT(*) FROM bill WHERE amount_minor > 0 AND \
         (SELECT COUNT(*) FROM transfer WHERE source_id = bill_id \
         AND amount_minor = bill.amount_minor \
         AND description IN ('bill.issued', 'bill.' || state)) \
         + (SELECT COUNT(*) FROM transfer JOIN suspense ON source_id = suspense_id \
         WHERE description = 'suspense.applied' AND target = billing_code \
         AND transfer.amount_minor = bill.amount_minor) \
         <> CASE state WHEN 'open' THEN 1 ELSE 2 END",
    ),
    (
        "a bill has no other transfers",
        "SELECT COUNT(*) FROM bill",
        "SELECT COUNT(*) FROM transfer JOIN bill ON source_id = bill_id \
         WHERE description NOT IN ('bill.issued', 'bill.' || state)",
    ),
    (
        "a paid bill was paid once, by a remittance or out of suspense, and no other bill was",
        "SELECT COUNT(*) FROM bill",
        "SELECT COUNT(*) FROM bill WHERE (SELECT COUNT(*) FROM remittance \
         WHERE paid AND remittance.bill_id = bill.bill_id) \
         + (SELECT COUNT(*) FROM suspense WHERE suspense.state = 'applied' \
         AND target = billing_code) \
         <> CASE WHEN state = 'paid' AND amount_minor > 0 THEN 1 ELSE 0 END",
    ),
    (
        "what came in paid a bill or is in suspense, to the last rupiah",
        "SELECT COUNT(*) FROM remittance",
        "SELECT COUNT(*) FROM remittance LEFT JOIN bill ON paid AND bill.bill_id = remittance.bill_id \
         LEFT JOIN suspense ON suspense.remittance_id = remittance.remittance_id \
         WHERE remittance.amount_minor \
         <> COALESCE(bill.amount_minor, 0) + COALESCE(suspense.amount_minor, 0)",
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
        "each bank reference is that of one remittance, paid refund or return",
        "SELECT COUNT(*) FROM bank_reference",
        "SELECT ABS((SELECT COUNT(*) FROM bank_reference) \
         - (SELECT COUNT(*) FROM remittance) \
         - (SELECT COUNT(*) FROM suspense WHERE state = 'returned') \
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
