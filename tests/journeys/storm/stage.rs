//! Two processes of payments on one database, all three to be killed.

use std::{
    fs,
    net::SocketAddr,
    sync::{Mutex, PoisonError},
    thread,
    time::Duration,
};

use rangkai_db::DatabaseConfig;
use rangkai_primitives::Caller;
use rangkai_testkit::{AUDIENCE, Client, ISSUER, Keys, PrivateServer, caller, every_scope};
use tempfile::TempDir;
use tokio::task::block_in_place;
use tonic::transport::{Channel, Endpoint};

use super::line::Line;
use crate::journeys::blocks::{free, process::Process, programs, ready};

/// What a bank may do.
const BANK: [&str; 2] = ["payments.remittances.write", "payments.bills.read"];

/// The processes, their database and the keys that they trust.
pub(super) struct Stage {
    // They end before their database goes.
    replicas: [Mutex<Process>; 2],
    addresses: [SocketAddr; 2],
    channels: [Channel; 2],
    keys: Keys,
    pub(super) database: DatabaseConfig,
    server: PrivateServer,
    _folder: TempDir,
}

impl Stage {
    /// Starts everything and waits until it is ready.
    pub(super) async fn open() -> Self {
        programs().await;
        let server = block_in_place(PrivateServer::start).unwrap();
        let database = server.database("payments").await.unwrap();
        let folder = tempfile::Builder::new().prefix("rangkai-test-").tempdir().unwrap();
        let keys = Keys::new().unwrap();
        let file = folder.path().join("jwks.json");
        fs::write(&file, keys.jwks()).unwrap();
        let file = file.display().to_string();
        let addresses = [free(), free()];
        let replicas = addresses.map(|address| {
            let environment = environment(address, &database, &file);
            Mutex::new(Process::start("payments", environment, address, folder.path()))
        });
        let channels = addresses.map(|address| {
            let endpoint = Endpoint::try_from(format!("http://{address}")).unwrap();
            endpoint.connect_timeout(Duration::from_secs(1)).connect_lazy()
        });
        let stage = Self { replicas, addresses, channels, keys, database, server, _folder: folder };
        stage.until_ready().await;
        stage
    }

    /// Waits until both processes say that they are ready.
    pub(super) async fn until_ready(&self) {
        for (replica, address) in self.replicas.iter().zip(self.addresses) {
            ready(replica, address).await;
        }
    }

    /// Kills one of the processes.
    pub(super) fn kill(&self, replica: usize) {
        self.replicas[replica].lock().unwrap_or_else(PoisonError::into_inner).kill();
    }

    /// Starts one of the processes again.
    pub(super) fn start_again(&self, replica: usize) {
        self.replicas[replica].lock().unwrap_or_else(PoisonError::into_inner).start_again();
    }

    /// Kills the database.
    pub(super) fn kill_database(&self) {
        block_in_place(|| self.server.kill()).unwrap();
    }

    /// Starts the database again.
    pub(super) fn start_database_again(&self) {
        block_in_place(|| self.server.start_again()).unwrap();
    }

    /// The line of a person of an agency, who may do everything but what is a bank's.
    pub(super) fn clerk(&self, agency: &str, id: String) -> Line {
        let mut scopes = every_scope().unwrap();
        scopes.retain(|scope| scope.starts_with("payments.") && *scope != BANK[0]);
        scopes.push("events.read");
        self.line(&Caller { id, ..caller(agency, &scopes, &[]) })
    }

    /// The line of a person of a bank.
    pub(super) fn teller(&self, id: String) -> Line {
        self.line(&Caller { id, ..caller("bank-bri", &BANK, &[]) })
    }

    fn line(&self, caller: &Caller) -> Line {
        let client =
            |channel: &Channel| -> Client { self.keys.client(channel.clone(), caller).unwrap() };
        Line::new(self.channels.each_ref().map(client))
    }
}

impl Drop for Stage {
    /// A test that failed shows what the processes said last.
    fn drop(&mut self) {
        if thread::panicking() {
            for replica in &self.replicas {
                let replica = replica.lock().unwrap_or_else(PoisonError::into_inner);
                eprintln!("{}", replica.last_words());
            }
        }
    }
}

fn environment(
    address: SocketAddr,
    database: &DatabaseConfig,
    keys: &str,
) -> Vec<(String, String)> {
    [
        ("SERVER__LISTEN", address.to_string().as_str()),
        ("DATABASE__URL", database.url.reveal()),
        ("DATABASE__KEY", database.key.reveal()),
        ("TELEMETRY__FILTER", "info,sqlx=warn"),
        ("TELEMETRY__JSON", "true"),
        ("AUTH__ISSUER", ISSUER),
        ("AUTH__AUDIENCE", AUDIENCE),
        ("AUTH__JWKS_FILE", keys),
    ]
    .map(|(name, value)| (format!("PAYMENTS__{name}"), value.to_owned()))
    .into()
}
