//! What a load cost: processor time by part, and what the database counted.

use std::{collections::BTreeMap, fs};

use rangkai_testkit::{Kind, TestDatabase};
use sqlx::{ConnectOptions as _, PgConnection, Row as _, postgres::PgConnectOptions};
use tokio::sync::Mutex;

/// Reads the costs so far.
#[derive(Debug)]
pub(crate) struct Meter {
    /// A connection of its own, where the database counts.
    database: Option<Mutex<PgConnection>>,
    name: String,
    /// The service, where it is a process of its own.
    service: Option<u32>,
}

/// Everything counted so far.
#[derive(Debug)]
pub(crate) struct Reading {
    processor: BTreeMap<&'static str, f64>,
    counts: BTreeMap<&'static str, f64>,
}

/// What each transfer cost on the average.
#[derive(Debug)]
pub(crate) struct Costs {
    /// Microseconds of processor time by part.
    pub(crate) processor: BTreeMap<&'static str, f64>,
    /// What the database counted.
    pub(crate) counts: BTreeMap<&'static str, f64>,
}

impl Meter {
    pub(crate) async fn of(database: &TestDatabase) -> anyhow::Result<Self> {
        let url = database.config.url.reveal();
        let name = url.rsplit('/').next().unwrap_or_default();
        let name = name.split('?').next().unwrap_or_default().to_owned();
        let database = match database.kind {
            Kind::Postgres => {
                let options: PgConnectOptions = url.parse()?;
                Some(Mutex::new(options.disable_statement_logging().connect().await?))
            }
            Kind::Sqlite => None,
        };
        Ok(Self { database, name, service: None })
    }

    /// The same, of a service that is a process of its own.
    pub(crate) fn with_service(self, process: u32) -> Self {
        Self { service: Some(process), ..self }
    }

    /// Waits until what was done before no longer costs anything: the service chains its audit
    /// entries a little later.
    pub(crate) async fn settle(&self) -> anyhow::Result<()> {
        let Some(database) = &self.database else { return Ok(()) };
        let waiting = "SELECT EXISTS (SELECT 1 FROM audit_unsealed)";
        let mut again = tokio::time::interval(std::time::Duration::from_millis(100));
        while sqlx::query_scalar::<_, bool>(waiting).fetch_one(&mut *database.lock().await).await? {
            again.tick().await;
        }
        Ok(())
    }

    pub(crate) async fn read(&self) -> anyhow::Result<Reading> {
        let mut counts = BTreeMap::new();
        if let Some(database) = &self.database {
            let mut connection = database.lock().await;
            // What a session counted arrives a second later; reading twice at equal load is fair.
            let read = "SELECT xact_commit::float8, tup_inserted::float8, tup_updated::float8, \
                        (pg_current_wal_lsn() - '0/0')::float8 FROM pg_stat_database \
                        WHERE datname = current_database()";
            let row = sqlx::query(read).fetch_one(&mut *connection).await?;
            for (place, name) in
                ["commits", "rows inserted", "rows updated", "bytes of WAL"].into_iter().enumerate()
            {
                counts.insert(name, row.try_get(place)?);
            }
        }
        Ok(Reading { processor: self.processor(), counts })
    }

    /// Seconds of processor time by part. Empty where the system does not tell.
    fn processor(&self) -> BTreeMap<&'static str, f64> {
        let mut parts = BTreeMap::new();
        for thread in listed("/proc/self/task") {
            let name = name(&thread);
            let part = match name.trim() {
                "client" => "callers",
                "server" => "service",
                name if name.starts_with("sqlx-sqlite") => "database",
                _ => continue,
            };
            *parts.entry(part).or_default() += spent(&thread);
        }
        let threads = self.service.map(|service| listed(&format!("/proc/{service}/task")));
        for thread in threads.into_iter().flatten() {
            let sqlite = name(&thread).starts_with("sqlx-sqlite");
            *parts.entry(if sqlite { "database" } else { "service" }).or_default() +=
                spent(&thread);
        }
        for process in listed("/proc") {
            let command = fs::read_to_string(format!("{process}/cmdline")).unwrap_or_default();
            if command.starts_with("postgres:") && command.contains(&self.name) {
                *parts.entry("database").or_default() += spent(&process);
            }
        }
        parts
    }
}

impl Reading {
    /// What was spent since `before` on each of `count` transfers.
    pub(crate) fn since(&self, before: &Self, count: f64) -> Costs {
        let less = |now: &BTreeMap<&'static str, f64>, then: &BTreeMap<&'static str, f64>, by| {
            let each = now.iter().map(|(name, value)| {
                (*name, (value - then.get(name).copied().unwrap_or_default()) * by / count)
            });
            each.collect()
        };
        Costs {
            processor: less(&self.processor, &before.processor, 1e6),
            counts: less(&self.counts, &before.counts, 1.0),
        }
    }
}

impl Costs {
    /// Microseconds of processor time of the service and its database for each transfer.
    pub(crate) fn service_micros(&self) -> f64 {
        ["service", "database"].iter().filter_map(|part| self.processor.get(part)).sum()
    }

    pub(crate) fn print(&self) {
        self.print_each("transfer");
    }

    pub(crate) fn print_each(&self, what: &str) {
        let processor: Vec<_> =
            self.processor.iter().map(|(part, micros)| format!("{part} {micros:.1} µs")).collect();
        println!("      processor time of each {what}: {}", processor.join(", "));
        if !self.counts.is_empty() {
            let counts: Vec<_> =
                self.counts.iter().map(|(name, count)| format!("{name} {count:.2}")).collect();
            println!("      the database counted for each:   {}", counts.join(", "));
            let commits = self.counts.get("commits").copied().unwrap_or_default();
            println!("      {what}s for each commit:       {:.1}", 1.0 / commits);
        }
    }
}

/// What a thread or process is called.
fn name(task: &str) -> String {
    fs::read_to_string(format!("{task}/comm")).unwrap_or_default()
}

/// The seconds that a thread or process spent.
fn spent(task: &str) -> f64 {
    let spent = fs::read_to_string(format!("{task}/schedstat")).unwrap_or_default();
    let spent = spent.split(' ').next().and_then(|it| it.parse::<f64>().ok());
    spent.unwrap_or_default() / 1e9
}

fn listed(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path().display().to_string()).collect()
}
