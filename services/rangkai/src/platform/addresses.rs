//! Where the blocks listen.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
};

use anyhow::Context as _;
use rangkai_rpc::EndpointConfig;
use serde::{Deserialize, Serialize};

const FILE: &str = "addresses.toml";

/// The port of the first block; the others follow it.
pub const FIRST_PORT: u16 = 50_051;

/// Where each block listens.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Addresses {
    /// Who a person is.
    pub identity: SocketAddr,
    /// Money.
    pub payments: SocketAddr,
    /// Applications, tasks, decisions, records.
    pub registration: SocketAddr,
    /// Messages.
    pub messaging: SocketAddr,
    /// Workflows.
    pub workflow: SocketAddr,
}

impl Addresses {
    /// The blocks of this machine from `first` on: identity, payments, registration, messaging,
    /// workflow. Port 0 lets the system choose each.
    #[must_use]
    pub fn local(first: u16) -> Self {
        let at = |offset: u16| {
            let port = if first == 0 { 0 } else { first.saturating_add(offset) };
            SocketAddr::from((Ipv4Addr::LOCALHOST, port))
        };
        Self {
            identity: at(0),
            payments: at(1),
            registration: at(2),
            messaging: at(3),
            workflow: at(4),
        }
    }

    /// Reads where the blocks of a platform on this machine listen.
    ///
    /// # Errors
    ///
    /// When `folder` is not that of a platform that was started.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let file = folder.join(FILE);
        let text = fs::read_to_string(&file).with_context(|| {
            format!("{} cannot be read; was `rangkai up` started with this folder?", file.display())
        })?;
        toml::from_str(&text)
            .with_context(|| format!("{} is not as it was written", file.display()))
    }

    /// Writes down where the blocks listen, for clients on this machine.
    ///
    /// # Errors
    ///
    /// When `folder` cannot be written to.
    pub fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let file = folder.join(FILE);
        fs::write(&file, toml::to_string(self)?)
            .with_context(|| format!("{} cannot be written", file.display()))
    }

    /// Each block with its address, in the order of their ports.
    #[must_use]
    pub fn named(&self) -> [(&'static str, SocketAddr); 5] {
        [
            ("identity", self.identity),
            ("payments", self.payments),
            ("registration", self.registration),
            ("messaging", self.messaging),
            ("workflow", self.workflow),
        ]
    }
}

/// How to reach a block of this machine.
#[must_use]
pub fn endpoint(address: SocketAddr) -> EndpointConfig {
    EndpointConfig::at(format!("http://{address}"))
}
