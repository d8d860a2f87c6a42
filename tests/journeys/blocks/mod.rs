//! The five blocks as processes of their own on PostgreSQL, for tests that kill them.

mod build;
mod ports;
pub(crate) mod process;
mod settings;

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::ExitStatus,
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
};

use rangkai::{Addresses, Site};
use rangkai_config::Secret;
use rangkai_primitives::Clock;
use rangkai_testkit::{Kind, TestDatabase, database, master_key};
use tempfile::TempDir;
use tonic::transport::Endpoint;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use self::{process::Process, settings::Settings};
use super::{books::Books, until::until};

/// The blocks in the order of their ports.
pub(crate) const BLOCKS: [&str; 5] =
    ["identity", "payments", "registration", "messaging", "workflow"];

/// Where the programs are; the first call builds them.
pub(crate) async fn programs() -> &'static Path {
    tokio::task::spawn_blocking(|| build::PROGRAMS.as_path()).await.unwrap()
}

/// Five processes, a database for each, and the right to bring agencies in.
pub(crate) struct Blocks {
    // They end before their databases go.
    processes: Vec<Mutex<Process>>,
    databases: Vec<TestDatabase>,
    addresses: Addresses,
    admin: Secret,
    engine: Secret,
    filter: &'static str,
    folder: TempDir,
}

impl Blocks {
    /// Starts the five, each with an empty database, and waits until they are ready; their logs
    /// tell what `filter` lets through.
    pub(crate) async fn start(filter: &'static str) -> Self {
        let mut databases = Vec::new();
        for _ in BLOCKS {
            databases.push(database(Kind::Postgres).await.unwrap());
        }
        let [identity, payments, registration, messaging, workflow] = BLOCKS.map(|_| free());
        let mut blocks = Self {
            processes: Vec::new(),
            databases,
            addresses: Addresses { identity, payments, registration, messaging, workflow },
            admin: master_key().unwrap(),
            engine: master_key().unwrap(),
            filter,
            folder: tempfile::Builder::new().prefix("rangkai-test-").tempdir().unwrap(),
        };
        for (block, address) in blocks.addresses.named() {
            let process = blocks.process(block, address);
            blocks.processes.push(Mutex::new(process));
        }
        for block in BLOCKS {
            blocks.until_ready(block).await;
        }
        blocks
    }

    /// How to call them.
    pub(crate) fn site(&self) -> Site {
        self.site_at(self.addresses)
    }

    /// How to call them, some at other addresses.
    pub(crate) fn site_at(&self, addresses: Addresses) -> Site {
        Site { addresses, admin: self.admin.clone(), clock: Clock::system() }
    }

    /// Where they listen.
    pub(crate) fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// What lies in their databases.
    pub(crate) async fn books(&self) -> Books {
        Books::open(BLOCKS.into_iter().zip(self.databases.iter().map(|it| &it.config))).await
    }

    /// Kills a block on the spot and starts it again at the same address. It does not wait: whoever
    /// calls the block in the meantime has to cope.
    pub(crate) fn kill(&self, block: &str) {
        let mut process = self.one(block);
        process.kill();
        process.start_again();
    }

    /// Asks a block to stop, waits until it has, and answers how it ended.
    pub(crate) fn stop(&self, block: &str) -> ExitStatus {
        self.one(block).stop()
    }

    /// Starts a block again that has stopped.
    pub(crate) fn start_again(&self, block: &str) {
        self.one(block).start_again();
    }

    /// Starts a second process of a block on the same database, and answers where it listens.
    pub(crate) async fn start_twin(&mut self, block: &'static str) -> SocketAddr {
        let address = free();
        let process = Mutex::new(self.process(block, address));
        ready(&process, address).await;
        self.processes.push(process);
        address
    }

    /// Waits until a block says that it is ready.
    pub(crate) async fn until_ready(&self, block: &str) {
        let address = self.one(block).address;
        ready(&self.processes[place(block)], address).await;
    }

    /// Everything that a block has logged.
    pub(crate) fn log(&self, block: &str) -> String {
        self.one(block).log()
    }

    fn process(&self, block: &'static str, address: SocketAddr) -> Process {
        let database = &self.databases[place(block)].config;
        let settings = Settings {
            addresses: &self.addresses,
            admin: &self.admin,
            engine: &self.engine,
            filter: self.filter,
        };
        let environment = settings.environment(block, address, database);
        Process::start(block, environment, address, self.folder.path())
    }

    fn one(&self, block: &str) -> MutexGuard<'_, Process> {
        self.processes[place(block)].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Blocks {
    /// A test that failed shows what the blocks said last.
    fn drop(&mut self) {
        if thread::panicking() {
            for process in &self.processes {
                let process = process.lock().unwrap_or_else(PoisonError::into_inner);
                eprintln!("{}", process.last_words());
            }
        }
    }
}

fn place(block: &str) -> usize {
    BLOCKS.iter().position(|found| *found == block).expect("a block has one of five names")
}

/// A place where nobody listens.
pub(crate) fn free() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, ports::free()))
}

/// Waits until the process at `address` says that it is ready.
pub(crate) async fn ready(process: &Mutex<Process>, address: SocketAddr) {
    until(&format!("the block at {address} is ready"), async || {
        process.lock().unwrap_or_else(PoisonError::into_inner).expect_running();
        says_ready(address).await.unwrap_or(false)
    })
    .await;
}

async fn says_ready(address: SocketAddr) -> anyhow::Result<bool> {
    let channel = Endpoint::try_from(format!("http://{address}"))?.connect().await?;
    let mut health = HealthClient::new(channel);
    let answer = health.check(HealthCheckRequest { service: "readiness".to_owned() }).await?;
    Ok(answer.into_inner().status() == ServingStatus::Serving)
}
