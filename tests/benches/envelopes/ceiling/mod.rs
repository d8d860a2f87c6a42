//! The ceilings: the rows of an envelope, written straight to the same kind of database, as many
//! in one transaction as the service gets in one batch.

mod postgres;
mod sqlite;

use std::time::Instant;

use rangkai_payments::{Config, DEFAULTS, Payments};
use rangkai_primitives::Clock;
use rangkai_testkit::{Kind, TestDatabase, database};
use sqlx::{Executor as _, PgConnection, SqliteConnection};
use uuid::Uuid;

use super::crowd::Crowd;
use crate::raw;

/// How many bytes a sealed narration takes.
const NARRATION: usize = 51;
/// How many bytes the sealed account and name of a payee take.
const DETAILS: usize = 123;

/// How fast something goes without the service.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ceiling {
    pub(super) rate: f64,
    /// What is done for each instruction.
    pub(super) what: &'static str,
}

/// The ceilings of the three phases.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ceilings {
    pub(super) intake: Ceiling,
    pub(super) validation: Ceiling,
    pub(super) posting: Ceiling,
}

/// A connection, and what is written over it.
enum Raw {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

/// Some of the rows; each is made from its place.
struct Rows {
    envelope: Uuid,
    places: std::ops::Range<i64>,
}

#[derive(Clone, Copy)]
enum Step {
    Payees,
    Intake,
    Validation,
    Posting,
}

impl Ceilings {
    /// Measures them in a database of its own.
    pub(super) async fn measure(kind: Kind, crowd: &Crowd) -> anyhow::Result<Self> {
        let database = database(kind).await?;
        migrate(&database).await?;
        let mut raw = Raw::open(&database).await?;
        let envelope = Uuid::now_v7();
        raw.announce(envelope).await?;
        raw.all(Step::Payees, envelope, crowd).await?;
        let rate = raw.all(Step::Intake, envelope, crowd).await?;
        // So that the database chooses its best.
        raw.analyze().await?;
        let intake = Ceiling { rate, what: "one insert" };
        let rate = raw.all(Step::Validation, envelope, crowd).await?;
        let what = "one update, joined with its payee";
        let validation = Ceiling { rate, what };
        let rate = raw.all(Step::Posting, envelope, crowd).await?;
        let what = "one insert of the bank's own order, one update";
        Ok(Self { intake, validation, posting: Ceiling { rate, what } })
    }
}

impl Raw {
    async fn open(database: &TestDatabase) -> anyhow::Result<Self> {
        Ok(match database.kind {
            Kind::Postgres => Self::Postgres(raw::postgres(database).await?),
            Kind::Sqlite => Self::Sqlite(raw::sqlite(database).await?),
        })
    }

    async fn announce(&mut self, envelope: Uuid) -> anyhow::Result<()> {
        match self {
            Self::Postgres(connection) => postgres::announce(connection, envelope).await,
            Self::Sqlite(connection) => sqlite::announce(connection, envelope).await,
        }
    }

    async fn analyze(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Postgres(connection) => {
                connection.execute("VACUUM ANALYZE").await?;
            }
            Self::Sqlite(connection) => {
                connection.execute("ANALYZE").await?;
            }
        }
        Ok(())
    }

    /// Takes one step for everybody, batch by batch; answers how many a second that were.
    async fn all(&mut self, step: Step, envelope: Uuid, crowd: &Crowd) -> anyhow::Result<f64> {
        let began = Instant::now();
        for places in crowd.batches() {
            let rows = Rows { envelope, places };
            match self {
                Self::Postgres(connection) => postgres::write(connection, step, &rows).await?,
                Self::Sqlite(connection) => sqlite::write(connection, step, &rows).await?,
            }
        }
        Ok(crowd.count_as_float() / began.elapsed().as_secs_f64())
    }
}

impl Rows {
    fn ids(&self) -> Vec<Uuid> {
        self.places.clone().map(id).collect()
    }

    /// Something that looks like the hashes of one kind.
    fn hashes(&self, kind: u64) -> Vec<Vec<u8>> {
        self.places.clone().map(|place| hash(kind, place).to_vec()).collect()
    }
}

/// The id of a row: like those of the service, they come in order.
fn id(place: i64) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(place.unsigned_abs()))
}

fn reference(place: i64) -> String {
    format!("PKH-2026-{place:08}")
}

fn order(place: i64) -> String {
    id(place).simple().to_string()
}

/// 32 bytes that look like chance, by Steele's splitmix.
fn hash(kind: u64, place: i64) -> [u8; 32] {
    let mut bytes = [0; 32];
    let mut state = place.unsigned_abs().wrapping_add(kind << 48);
    for part in bytes.chunks_exact_mut(8) {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        part.copy_from_slice(&(mixed ^ (mixed >> 31)).to_be_bytes());
    }
    bytes
}

/// Makes the tables, as the block does when it starts.
async fn migrate(database: &TestDatabase) -> anyhow::Result<()> {
    let mut config: Config = toml::from_str(DEFAULTS)?;
    config.database = database.config.clone();
    drop(Payments::open(&config, Clock::system()).await?);
    Ok(())
}

/// The kinds of hashes.
const PERSON: u64 = 1;
const NAME: u64 = 2;
const DIGEST: u64 = 3;
const ADDRESS: u64 = 4;

/// The first and the last id of `rows`.
fn ends(rows: &Rows) -> [Uuid; 2] {
    [id(rows.places.start), id(rows.places.end - 1)]
}
