//! The engine: finds instances that have something to do, and leads them on.

mod call;
mod calls;
mod deadlines;
mod drive;
mod grpc;
mod http;
pub mod measure;
mod reflect;
mod schedule;
mod status;
mod tokens;
mod turn;
mod work;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rangkai_auth::{Credentials, CredentialsConfig, EndpointError, connect};
use rangkai_db::Db;
use rangkai_events::Source;
use rangkai_outbound::Outbound;
use rangkai_primitives::{Agency, Caller, Timestamp};
use rangkai_rpc::Client;
use tokio::sync::{Notify, broadcast};
use tonic::transport::Channel;
use uuid::Uuid;

use self::tokens::Tokens;
use crate::{
    config::{Config, EngineConfig, HostConfig},
    error::Error,
    library::Library,
    ops::lead::{self, Taken},
};

/// The blocks that workflows may call, and whose events they may wait for.
const BLOCKS: [&str; 5] = ["identity", "payments", "registration", "messaging", "workflow"];
/// How many changes a slow watcher may be behind before it looks at everything anew.
const BEHIND: usize = 1_024;

/// What leads instances on.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    db: Db,
    library: Library,
    config: EngineConfig,
    holder: Uuid,
    clients: BTreeMap<&'static str, Client>,
    sources: Vec<Source>,
    hosts: BTreeMap<String, (HostConfig, Channel)>,
    outbound: Outbound,
    tokens: Tokens,
    hints: Notify,
    changes: broadcast::Sender<Uuid>,
    /// The instances that are led here, and how to say that one has mail.
    led: Mutex<HashMap<Uuid, Arc<Notify>>>,
}

impl Engine {
    /// An engine over a block's database.
    ///
    /// # Errors
    ///
    /// When an endpoint or the way out is not usable.
    pub fn open(db: Db, library: Library, config: &Config) -> anyhow::Result<Self> {
        let open = |config: &CredentialsConfig| {
            let identity = connect(&config.identity)?;
            Ok::<_, EndpointError>(Credentials::new(config, identity, db.clock().clone()))
        };
        let credentials = config.credentials.as_ref().map(open).transpose()?;
        let (mut clients, mut sources) = (BTreeMap::new(), Vec::new());
        for block in BLOCKS {
            let Some(endpoint) = config.endpoints.get(block) else { continue };
            let channel = connect(endpoint)?;
            let mut client = Client::new(channel);
            if let Some(credentials) = &credentials {
                client = client.with_credentials(credentials.clone());
            }
            sources.push(Source::new("workflow", block, client.clone()));
            clients.insert(block, client);
        }
        let hosts = config.hosts.iter().map(|(name, host)| {
            let channel = connect(&host.endpoint)?;
            Ok((name.clone(), (host.clone(), channel)))
        });
        let hosts = hosts.collect::<Result<_, EndpointError>>()?;
        let name = config.engine.holder.as_bytes();
        let holder =
            if name.is_empty() { Uuid::now_v7() } else { Uuid::new_v5(&Uuid::NAMESPACE_DNS, name) };
        Ok(Self(Arc::new(Inner {
            db,
            library,
            config: config.engine.clone(),
            holder,
            clients,
            sources,
            hosts,
            outbound: Outbound::open(&config.outbound)?,
            tokens: Tokens::default(),
            hints: Notify::new(),
            changes: broadcast::channel(BEHIND).0,
            led: Mutex::default(),
        })))
    }

    /// Says that there may be something to do.
    pub fn hint(&self) {
        self.0.hints.notify_one();
    }

    /// Says that an instance changed.
    pub fn changed(&self, instance: Uuid) {
        // Nobody may be watching.
        let _ = self.0.changes.send(instance);
    }

    /// The instances that change in this process, as they do.
    pub fn changes(&self) -> broadcast::Receiver<Uuid> {
        self.0.changes.subscribe()
    }

    /// The definitions at hand.
    pub fn library(&self) -> &Library {
        &self.0.library
    }

    /// How it works.
    pub fn config(&self) -> &EngineConfig {
        &self.0.config
    }

    /// The block's database.
    pub(in crate::engine) fn db(&self) -> &Db {
        &self.0.db
    }

    /// The moment by this process' clock: good enough to look, and the database's clock decides.
    pub(in crate::engine) fn now(&self) -> Timestamp {
        self.0.db.clock().now()
    }

    /// How to call a method: the second word of its package names the block.
    pub(in crate::engine) fn client(&self, method: &str) -> Option<Client> {
        let block = method.trim_start_matches('/').split('.').nth(1)?;
        self.0.clients.get(block).cloned()
    }

    /// A host outside the blocks, if the agency may call it.
    pub(in crate::engine) fn host(
        &self,
        agency: &Agency,
        name: &str,
    ) -> Option<(&HostConfig, Channel)> {
        let (host, channel) = self.0.hosts.get(name).filter(|(host, _)| host.serves(agency))?;
        Some((host, channel.clone()))
    }

    /// The way out over HTTP.
    pub(in crate::engine) fn outbound(&self) -> &Outbound {
        &self.0.outbound
    }

    /// The tokens that were fetched for calls.
    pub(in crate::engine) fn tokens(&self) -> &Tokens {
        &self.0.tokens
    }

    /// Lets the lead of an instance go.
    pub(in crate::engine) async fn release(&self, taken: &Taken) -> Result<(), Error> {
        let taken = taken.clone();
        let work = move |tx| {
            let taken = taken.clone();
            async move { lead::release(&tx, &taken).await }
        };
        self.0.db.act(Self::caller(), "rangkai.workflow.release", work).await
    }

    /// Lets the lead of an instance go whose calls all pause, until `pause` is over or something is
    /// `due`; answers whether it was let go, which it is not if it moved beyond `revision`.
    pub(in crate::engine) async fn put_aside(
        &self,
        taken: &Taken,
        revision: i64,
        (pause, due): (Duration, Option<Timestamp>),
    ) -> Result<bool, Error> {
        let taken = taken.clone();
        let work = move |tx| {
            let taken = taken.clone();
            async move { lead::put_aside(&tx, &taken, revision, (pause, due)).await }
        };
        self.0.db.act(Self::caller(), "rangkai.workflow.put_aside", work).await
    }

    /// Who works on the instances of every agency.
    fn caller() -> Caller {
        Caller::block("workflow", Agency::platform())
    }

    fn led(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, Arc<Notify>>> {
        self.0.led.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("holder", &self.0.holder).finish_non_exhaustive()
    }
}
