//! What is measured, and for how long.

use std::time::Duration;

use clap::{Parser, ValueEnum};
use rangkai_testkit::Kind;

/// Measures payments and workflows beside the ceiling of the database under them.
#[derive(Clone, Copy, Debug, Parser)]
pub(crate) struct Options {
    /// A smoke run: that everything works, not how fast.
    #[arg(long)]
    quick: bool,
    /// How long each figure is measured, in seconds.
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// How many callers there are at once.
    #[arg(long, default_value_t = 256)]
    pub(crate) callers: usize,
    /// How many connections the service and the ceiling have each.
    #[arg(long, default_value_t = 32)]
    pub(crate) connections: u32,
    /// Up to how many ledger entries the cost of a transfer is followed; 10000000 for all of it.
    #[arg(long, default_value_t = 1_000_000)]
    entries: i64,
    /// How many instructions the envelope has.
    #[arg(long, default_value_t = 1_000_000)]
    instructions: i64,
    /// One database only.
    #[arg(long)]
    only: Option<Database>,
    /// One part only.
    #[arg(long)]
    part: Option<Part>,
    /// What cargo says to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Database {
    Postgres,
    Sqlite,
}

/// What there is to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    Transfers,
    Growth,
    Envelopes,
    Workflows,
}

impl Options {
    pub(crate) fn wants(&self, kind: Kind) -> bool {
        match (self.only, kind) {
            (None, _)
            | (Some(Database::Postgres), Kind::Postgres)
            | (Some(Database::Sqlite), Kind::Sqlite) => true,
            (Some(_), _) => false,
        }
    }

    pub(crate) fn has(&self, part: Part) -> bool {
        self.part.is_none_or(|only| only == part)
    }

    pub(crate) fn instructions(&self) -> i64 {
        if self.quick { self.instructions.min(20_000) } else { self.instructions }
    }

    /// How long one figure is measured.
    pub(crate) fn time(&self) -> Duration {
        if self.quick { Duration::from_secs(2) } else { Duration::from_secs(self.seconds) }
    }

    /// How long everything runs before it is measured.
    pub(crate) fn warm_up(&self) -> Duration {
        self.time() / 4
    }

    /// The numbers of ledger entries at which the cost of a transfer is measured.
    pub(crate) fn sizes(&self) -> Vec<i64> {
        let most = if self.quick { 20_000 } else { self.entries };
        [10_000, 100_000, 1_000_000, 10_000_000].into_iter().filter(|size| *size <= most).collect()
    }
}
