//! Starting the blocks together, each with its own database in one folder.

mod addresses;
mod secrets;
mod settings;

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, ensure};
use rangkai_primitives::Clock;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

use self::settings::Settings;

pub use addresses::{Addresses, FIRST_PORT, endpoint};
pub use secrets::Secrets;

/// Five running blocks.
pub struct Platform {
    addresses: Addresses,
    folder: PathBuf,
    secrets: Secrets,
    clock: Clock,
    stop: CancellationToken,
    blocks: JoinSet<anyhow::Result<()>>,
    /// Held until the end: one folder is for one process.
    _lock: File,
}

impl Platform {
    /// Starts the blocks at `addresses` with their data in `folder`, which is made if need be.
    ///
    /// # Errors
    ///
    /// When a port is taken, a configuration is wrong or the folder cannot be used.
    pub async fn start(folder: &Path, addresses: Addresses, clock: Clock) -> anyhow::Result<Self> {
        fs::create_dir_all(folder)
            .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
        let lock = lock(folder)?;
        let secrets = Secrets::open(folder)?;
        let identity = listen("identity", addresses.identity).await?;
        let payments = listen("payments", addresses.payments).await?;
        let registration = listen("registration", addresses.registration).await?;
        let messaging = listen("messaging", addresses.messaging).await?;
        let workflow = listen("workflow", addresses.workflow).await?;
        let addresses = Addresses {
            identity: identity.local_addr()?,
            payments: payments.local_addr()?,
            registration: registration.local_addr()?,
            messaging: messaging.local_addr()?,
            workflow: workflow.local_addr()?,
        };

        addresses.write(folder)?;

        let settings = Settings { folder, addresses, secrets: &secrets };
        let stop = CancellationToken::new();
        let mut blocks = JoinSet::new();
        let (time, until) = (|| clock.clone(), || stop.child_token());
        blocks.spawn(rangkai_identity::run(settings.identity()?, time(), identity, until()));
        blocks.spawn(rangkai_payments::run(settings.payments()?, time(), payments, until()));
        blocks.spawn(rangkai_registration::run(
            settings.registration()?,
            time(),
            registration,
            until(),
        ));
        blocks.spawn(rangkai_messaging::run(settings.messaging()?, time(), messaging, until()));
        blocks.spawn(rangkai_workflow::run(settings.workflow()?, time(), workflow, until()));
        Ok(Self { addresses, folder: folder.to_owned(), secrets, clock, stop, blocks, _lock: lock })
    }

    /// Where the blocks listen.
    #[must_use]
    pub fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// The folder of the data.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The secrets of the folder.
    #[must_use]
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// The clock that all five blocks share.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Runs until `stop` resolves or a block ends, then stops them all in good order.
    ///
    /// # Errors
    ///
    /// When a block failed.
    pub async fn run_until(mut self, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
        let ended_early = tokio::select! {
            () = stop => None,
            ended = self.blocks.join_next() => ended,
        };
        self.stop.cancel();
        let mut outcomes: Vec<_> = ended_early.into_iter().collect();
        let early = !outcomes.is_empty();
        while let Some(ended) = self.blocks.join_next().await {
            outcomes.push(ended);
        }
        for outcome in outcomes {
            outcome.context("a block broke")??;
        }
        ensure!(!early, "a block ended by itself");
        Ok(())
    }
}

fn lock(folder: &Path) -> anyhow::Result<File> {
    let file = File::create(folder.join("lock"))?;
    file.try_lock()
        .with_context(|| format!("the folder {} is in use by another process", folder.display()))?;
    Ok(file)
}

async fn listen(block: &str, address: std::net::SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("{block} cannot listen on {address}; is another running? see --port")
    })
}
