//! The ceiling: the rows of one workflow of three calls, written straight to the database in as many
//! transactions as its steps are.
//!
//! What is left out: taking and keeping leases, the sealing, and the look at the mail.

use chrono::{DateTime, Utc};
use rangkai_primitives::Clock;
use rangkai_testkit::{Kind, TestDatabase};
use sqlx::{Executor as _, PgConnection, SqliteConnection};
use uuid::Uuid;

use crate::{fill::AGENCY, load::Deed, raw};

/// How many bytes a sealed continuation takes, and a sealed request.
const CONTINUATION: usize = 1_100;
const REQUEST: usize = 120;

const INSTANCE: &str = "INSERT INTO instance (id, agency, definition_id, namespace, name, version, \
    state, revision, positions, continuation, next_time, lease_token, create_time, update_time) \
    VALUES ($1, $2, $3, 'bench', 'three', '1.0.0', 'running', 1, '[]', $4, $5, 0, $5, $5)";
const MOVE: &str = "UPDATE instance SET revision = revision + 1, continuation = $2, \
    next_time = $3, state = $4, update_time = $5 WHERE id = $1";
const HISTORY: &str = "INSERT INTO history (agency, instance_id, sequence, kind, task, time) \
    VALUES ($1, $2, $3, 'task_started', '/do/0/one', $4)";
const INTENT: &str = "INSERT INTO intent (id, agency, instance_id, task, method, request, \
    request_id, safe, state, create_time) \
    VALUES ($1, $2, $3, '/do/0/one', '/rangkai.payments.v1.RefundService/IssueRefund', $4, $5, \
    TRUE, 'announced', $6)";
const ANSWERED: &str = "UPDATE intent SET state = 'answered', end_time = $2 WHERE id = $1";
const AUDIT: &str = "INSERT INTO audit (time, agency, caller, operation, request_id, digest, \
    subjects) VALUES ($1, $2, 'raw', 'step', $3, $4, $5)";

/// A connection that writes one workflow after another.
pub(super) struct Ceiling {
    connection: Connection,
    definition: Uuid,
}

enum Connection {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

impl Ceiling {
    /// Opens so many connections. `SQLite` has one writer: more would only be in its way.
    pub(super) async fn open(
        database: &TestDatabase,
        connections: usize,
        definition: Uuid,
    ) -> anyhow::Result<Vec<Self>> {
        let count = if database.kind == Kind::Sqlite { 1 } else { connections };
        let mut all = Vec::with_capacity(count);
        for _ in 0..count {
            let connection = match database.kind {
                Kind::Postgres => Connection::Postgres(raw::postgres(database).await?),
                Kind::Sqlite => Connection::Sqlite(raw::sqlite(database).await?),
            };
            all.push(Self { connection, definition });
        }
        Ok(all)
    }
}

impl Deed for Ceiling {
    async fn once(&mut self) -> anyhow::Result<()> {
        match &mut self.connection {
            Connection::Postgres(connection) => postgres(connection, self.definition).await?,
            Connection::Sqlite(connection) => sqlite(connection, self.definition).await?,
        }
        Ok(())
    }
}

/// What both databases do alike, written once: their connections have no type in common.
macro_rules! workflow {
    ($name:ident, $connection:ty, $begin:literal) => {
        async fn $name(connection: &mut $connection, definition: Uuid) -> sqlx::Result<()> {
            let now: DateTime<Utc> = Clock::system().now();
            let (instance, mut sequence) = (Uuid::now_v7(), 0_i64);
            let mut waiting: Option<Uuid> = None;
            // It is started; then each turn takes an answer and announces the next call.
            for turn in 0..5 {
                connection.execute($begin).await?;
                let stand = vec![7_u8; CONTINUATION];
                if turn == 0 {
                    let insert = sqlx::query(INSTANCE).bind(instance).bind(AGENCY).bind(definition);
                    insert.bind(stand).bind(now).execute(&mut *connection).await?;
                } else {
                    let over = turn == 4;
                    let update = sqlx::query(MOVE).bind(instance).bind(stand);
                    let update = update.bind((!over).then_some(now));
                    let update = update.bind(if over { "completed" } else { "running" });
                    update.bind(now).execute(&mut *connection).await?;
                }
                for _ in 0..[1, 2, 4, 4, 3][turn] {
                    sequence += 1;
                    let insert = sqlx::query(HISTORY).bind(AGENCY).bind(instance).bind(sequence);
                    insert.bind(now).execute(&mut *connection).await?;
                }
                if let Some(call) = waiting.take() {
                    sqlx::query(ANSWERED).bind(call).bind(now).execute(&mut *connection).await?;
                }
                if (1..4).contains(&turn) {
                    let call = Uuid::now_v7();
                    let insert = sqlx::query(INTENT).bind(call).bind(AGENCY).bind(instance);
                    let insert = insert.bind(vec![7_u8; REQUEST]).bind(Uuid::now_v7());
                    insert.bind(now).execute(&mut *connection).await?;
                    waiting = Some(call);
                }
                let insert = sqlx::query(AUDIT).bind(now).bind(AGENCY).bind(Uuid::now_v7());
                let insert = insert.bind(vec![7_u8; 32]).bind(format!("instance:{instance}"));
                insert.execute(&mut *connection).await?;
                connection.execute("COMMIT").await?;
            }
            Ok(())
        }
    };
}

workflow!(postgres, PgConnection, "BEGIN");
workflow!(sqlite, SqliteConnection, "BEGIN IMMEDIATE");
