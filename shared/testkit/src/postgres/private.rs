//! A server that one test has to itself, to kill.

use rangkai_db::DatabaseConfig;

use super::{Server, programs::Cluster};
use crate::database::master_key;

/// A PostgreSQL server that only its test uses, so that the test can kill it. It is always made
/// from the installed programs, and goes when this goes.
#[derive(Debug)]
pub struct PrivateServer(Cluster);

impl PrivateServer {
    /// Starts a new one and waits until it takes connections.
    ///
    /// # Errors
    ///
    /// When the programs of PostgreSQL are not installed; the message says how to get them.
    pub fn start() -> anyhow::Result<Self> {
        Cluster::start().map(Self)
    }

    /// Makes an empty database with a key of its own.
    ///
    /// # Errors
    ///
    /// When the server cannot be reached.
    pub async fn database(&self, name: &str) -> anyhow::Result<DatabaseConfig> {
        let server = Server::at(&self.0.url(), None);
        server.administer(&format!("CREATE DATABASE {name} TEMPLATE template0")).await?;
        let url = server.url(name).into();
        Ok(DatabaseConfig { url, max_connections: 5, key: master_key()?, migrate: true })
    }

    /// Ends the server on the spot (`pg_ctl stop -m immediate`): every connection breaks, and
    /// what was not committed is gone.
    ///
    /// # Errors
    ///
    /// When it is not running.
    pub fn kill(&self) -> anyhow::Result<()> {
        self.0.kill()
    }

    /// Starts it again on the same port and the same data, and waits until it takes connections.
    ///
    /// # Errors
    ///
    /// When it does not come up.
    pub fn start_again(&self) -> anyhow::Result<()> {
        self.0.start_again()
    }
}
