//! The tables themselves, and what must hold in them whatever happened.

use rangkai_db::{Db, DbErr, MigrationTrait, MigratorTrait, sql};
use rangkai_primitives::{Caller, Clock};

use super::support::House;

/// What must never be found, each with the rows it looks at.
const INVARIANTS: [(&str, &str, &str); 8] = [
    (
        "a transfer is one debit and one credit of the same amount",
        "SELECT COUNT(*) FROM entry",
        "SELECT COUNT(*) FROM (SELECT transfer_id FROM entry GROUP BY transfer_id \
         HAVING COUNT(*) <> 2 OR MIN(amount_minor) <> MAX(amount_minor) \
         OR MIN(direction) = MAX(direction) OR MIN(agency) <> MAX(agency)) AS wrong",
    ),
    (
        "each entry continues the balance of the one before",
        "SELECT COUNT(*) FROM entry",
        "SELECT COUNT(*) FROM entry JOIN account USING (account_id) \
         LEFT JOIN entry AS earlier ON earlier.account_id = entry.account_id \
         AND earlier.position = entry.position - 1 \
         WHERE entry.balance_after_minor - COALESCE(earlier.balance_after_minor, 0) \
         <> entry.amount_minor * (CASE WHEN (kind = 'asset') = (entry.direction = 'debit') \
         THEN 1 ELSE -1 END)",
    ),
    (
        "an account is its last entry",
        "SELECT COUNT(*) FROM account",
        "SELECT COUNT(*) FROM account WHERE balance_minor < floor_minor OR balance_minor <> \
         (SELECT balance_after_minor FROM entry WHERE entry.account_id = account.account_id \
         AND position = entry_count)",
    ),
    (
        "a bill's entries say what its state says",
        "SELECT COUNT(*) FROM bill",
        "SELECT COUNT(*) FROM bill WHERE amount_minor > 0 AND \
         (SELECT COUNT(*) FROM entry WHERE source_id = bill_id AND amount_minor = bill.amount_minor \
         AND description IN ('bill.issued', 'bill.' || state)) \
         <> CASE state WHEN 'open' THEN 2 ELSE 4 END",
    ),
    (
        "a bill has no other entries",
        "SELECT COUNT(*) FROM bill",
        "SELECT COUNT(*) FROM entry JOIN bill ON source_id = bill_id \
         WHERE description NOT IN ('bill.issued', 'bill.' || state)",
    ),
    (
        "a paid bill has one remittance of its amount, and no other bill has one",
        "SELECT COUNT(*) FROM bill",
        "SELECT COUNT(*) FROM bill WHERE (SELECT COUNT(*) FROM remittance \
         WHERE remittance.bill_id = bill.bill_id AND remittance.amount_minor = bill.amount_minor) \
         <> CASE WHEN state = 'paid' AND amount_minor > 0 THEN 1 ELSE 0 END",
    ),
    (
        "what went back of a bill is the sum of its refunds, at most what was paid",
        "SELECT COUNT(*) FROM refund",
        "SELECT COUNT(*) FROM bill WHERE refunded_minor > amount_minor OR refunded_minor <> \
         COALESCE((SELECT SUM(amount_minor) FROM refund WHERE refund.bill_id = bill.bill_id \
         AND state <> 'rejected'), 0)",
    ),
    (
        "each bank reference is that of one remittance or one paid refund",
        "SELECT COUNT(*) FROM bank_reference",
        "SELECT ABS((SELECT COUNT(*) FROM bank_reference) \
         - (SELECT COUNT(*) FROM remittance) \
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
        Ok(Self(Db::open::<Past>(&house.database.config, Clock::system()).await?))
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
        let mut all = 0;
        for (name, rows, wrong) in INVARIANTS {
            let (rows, wrong) = (self.count(rows).await?, self.count(wrong).await?);
            eprintln!("{rows:>5} rows: {name}");
            assert!(rows > 0, "nothing was looked at: {name}");
            assert_eq!(wrong, 0, "{name}");
            all += rows;
        }
        Ok(all)
    }

    async fn count(&self, query: &'static str) -> Result<i64, DbErr> {
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
