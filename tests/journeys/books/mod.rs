//! What lies in the databases of the five blocks, looked at past the blocks themselves.

mod invariants;

use rangkai::Platform;
use rangkai_config::Secret;
use rangkai_db::{AuditReport, DatabaseConfig, Db, DbErr, MigrationTrait, MigratorTrait, sql};
use rangkai_primitives::{Agency, Caller, Clock};

use self::invariants::{EFFECTS, INVARIANTS, Invariant};
use super::until::until;

/// The five databases.
pub(crate) struct Books(Vec<(&'static str, Db)>);

/// The schemas belong to the blocks; whoever only looks changes none.
struct NoSchema;

impl MigratorTrait for NoSchema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        Vec::new()
    }
}

impl Books {
    /// Opens the databases of the named blocks.
    pub(crate) async fn open(
        databases: impl IntoIterator<Item = (&'static str, &DatabaseConfig)>,
    ) -> Self {
        let mut books = Vec::new();
        for (block, database) in databases {
            let config = DatabaseConfig { migrate: false, max_connections: 2, ..database.clone() };
            books.push((block, Db::open::<NoSchema>(&config, Clock::system()).await.unwrap()));
        }
        Self(books)
    }

    /// Opens the databases of a platform in one process.
    pub(crate) async fn of(platform: &Platform) -> Self {
        let databases = platform.addresses().named().map(|(block, _)| {
            let file = platform.folder().join(format!("{block}.db"));
            let url = Secret::from(format!("sqlite://{}?mode=rw", file.display()));
            let key = platform.secrets().vault_key.clone();
            (block, DatabaseConfig { url, key, max_connections: 2, migrate: false })
        });
        Self::open(databases.iter().map(|(block, config)| (*block, config))).await
    }

    /// The one number that a query of a block's database answers.
    pub(crate) async fn count(&self, block: &str, query: &str) -> i64 {
        self.numbers(block, query, 1).await[0]
    }

    /// Waits until nothing is on its way any more: no message to be sent, no event to be heard.
    pub(crate) async fn until_settled(&self) {
        until("every message is sent", async || {
            let waiting = "SELECT count(*) FROM message WHERE due_time IS NOT NULL";
            self.count("messaging", waiting).await == 0
        })
        .await;
        until("every event that somebody listens to is heard", async || self.heard().await.is_ok())
            .await;
    }

    /// Looks at every invariant and prints how many rows each saw; answers those that are broken.
    /// One that saw nothing is broken too, except for the tables that the story leaves `empty`.
    pub(crate) async fn broken(&self, empty: &[&str]) -> Vec<String> {
        let mut broken = Vec::new();
        let mut look = |claim: String, rows: i64, against: i64| {
            println!("{rows:>6} rows, {against} against: {claim}");
            if rows == 0 || against != 0 {
                broken.push(format!("{claim}: {rows} rows, {against} against"));
            }
        };
        for Invariant { blocks, claim, query } in INVARIANTS {
            for block in blocks {
                let found = self.numbers(block, query, 2).await;
                look(format!("{block}: {claim}"), found[0], found[1]);
            }
        }
        for (block, methods, table) in EFFECTS.iter().filter(|it| !empty.contains(&it.2)) {
            let mut asked = 0;
            for method in *methods {
                let of = format!("SELECT count(*) FROM request WHERE method LIKE '%/{method}'");
                asked += self.count(block, &of).await;
            }
            let method = methods.join(" or ");
            let done = self.count(block, &format!("SELECT count(*) FROM {table}")).await;
            look(format!("{block}: each {method} asked for is one {table}"), done, done - asked);
        }
        for (block, db) in &self.0 {
            until("every entry of the audit log is sealed", async || {
                self.count(block, "SELECT count(*) FROM audit_unsealed").await == 0
            })
            .await;
            let (rows, against) = chain(db).await;
            look(format!("{block}: the audit log is whole"), rows, against);
        }
        match self.heard().await {
            Ok(rows) => look("workflow: each event was heard once".to_owned(), rows, 0),
            Err(claim) => look(claim, 1, 1),
        }
        broken
    }

    /// How many events workflow heard of those that somebody listens to: each of them once.
    async fn heard(&self) -> Result<i64, String> {
        let listened = self.listened().await;
        let mut rows = 0;
        for (block, _) in self.0.iter().filter(|(block, _)| *block != "workflow") {
            for kind in &listened {
                let told = format!("SELECT count(*) FROM event WHERE type = '{kind}'");
                rows += self.count(block, &told).await;
            }
        }
        let heard = self.count("workflow", "SELECT count(*) FROM inbox").await;
        if heard == rows {
            Ok(rows)
        } else {
            Err(format!("{rows} events were told, {heard} heard"))
        }
    }

    /// The first row that a query answers: `columns` numbers.
    async fn numbers(&self, block: &str, query: &str, columns: usize) -> Vec<i64> {
        let query = query.to_owned();
        let read = move |tx| {
            let query = query.clone();
            async move {
                let rows = sql::query(&tx, &query, []).await?;
                (0..columns).map(|column| rows[0].try_get_by_index(column)).collect()
            }
        };
        let looked = self.db(block).read::<_, DbErr, _, _>(looker(), read).await;
        looked.unwrap_or_else(|error| panic!("{block}: {error}"))
    }

    /// The types of events that workflows listen to.
    async fn listened(&self) -> Vec<String> {
        let read = async |tx| {
            let rows = sql::query(&tx, "SELECT DISTINCT type FROM listened", []).await?;
            rows.iter().map(|row| row.try_get_by_index(0)).collect()
        };
        self.db("workflow").read::<_, DbErr, _, _>(looker(), read).await.unwrap()
    }

    fn db(&self, block: &str) -> &Db {
        &self.0.iter().find(|(found, _)| *found == block).expect("a block's name").1
    }
}

/// Who looks.
fn looker() -> Caller {
    Caller::block("test", Agency::platform())
}

/// How many entries of the audit log are chained, and how many are against it.
async fn chain(db: &Db) -> (i64, i64) {
    match db.verify_audit().await.unwrap() {
        AuditReport::Whole { entries } => (entries, 0),
        AuditReport::Broken { position } => (position, 1),
    }
}
