//! The messaging building block: texts of agencies, messages that reach people by SMS, by e-mail and
//! in their inbox, and facts that reach the endpoints of agencies as webhooks.
//!
//! | Room       | Holds                                         | Never holds             |
//! |------------|-----------------------------------------------|-------------------------|
//! | `api`      | the wire: requests in, answers out            | queries, rules          |
//! | `events`   | the facts this block tells                    | queries, rules          |
//! | `delivery` | the worker, and the providers outside         | queries, rules          |
//! | `ops`      | what happens: one function for each verb      | wire types, SQL         |
//! | `domain`   | what is true: types and their rules           | `async`, I/O, wire types |
//! | `store`    | what is kept: rows and queries                | rules, wire types       |

mod api;
mod config;
mod delivery;
mod domain;
mod error;
mod events;
mod ops;
mod source;
mod store;

use rangkai_auth::Gate;
use rangkai_db::Db;
use rangkai_events::{Source, follow};
use rangkai_primitives::Clock;
use rangkai_proto::messaging::v1::{
    endpoint_service_server::EndpointServiceServer, inbox_service_server::InboxServiceServer,
    message_service_server::MessageServiceServer, template_service_server::TemplateServiceServer,
};
use rangkai_rpc::Block;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

pub use config::{
    Config, DEFAULTS, DeliveryConfig, EmailConfig, EmailProvider, SmsConfig, SmsProvider,
    SmtpConfig, Tls, WebhooksConfig,
};
pub use delivery::{Outbox, Sent};

/// The running building block: what every request needs.
#[derive(Clone, Debug)]
pub struct Messaging {
    db: Db,
    worker: delivery::Worker,
    courier: delivery::Courier,
    outbox: Outbox,
    sources: Vec<Source>,
}

impl Messaging {
    /// Opens the database and brings its schema up to date.
    ///
    /// # Errors
    ///
    /// When the database cannot be reached, a migration fails, or a setting cannot be used.
    pub async fn open(config: &Config, clock: Clock) -> anyhow::Result<Self> {
        let db = Db::open::<store::Schema>(&config.database, clock).await?;
        let outbox = Outbox::default();
        let worker = delivery::Worker::open(db.clone(), config, &outbox)?;
        let courier = delivery::Courier::open(db.clone(), config)?;
        let sources = source::open(&db, config)?;
        Ok(Self { db, worker, courier, outbox, sources })
    }

    /// Every gRPC service of this block.
    #[must_use]
    pub fn routes(&self) -> Routes {
        Routes::new(TemplateServiceServer::new(self.clone()))
            .add_service(MessageServiceServer::new(self.clone()))
            .add_service(InboxServiceServer::new(self.clone()))
            .add_service(EndpointServiceServer::new(self.clone()))
            .add_service(rangkai_events::Log::service(self.db.clone()))
    }

    /// Whether the block can work.
    pub async fn ready(&self) -> bool {
        self.db.ready().await
    }

    /// Sends messages and webhooks and follows the other blocks, until `stop`.
    pub async fn work(&self, stop: CancellationToken) {
        tokio::join!(
            self.worker.work(stop.clone()),
            self.courier.work(stop.clone()),
            self.courier.clean(stop.clone()),
            self.hear_all(stop)
        );
    }

    /// One pass of the work: sends what is due, up to a batch of each agency. Answers how many
    /// messages were due.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn deliver_due(&self) -> anyhow::Result<usize> {
        Ok(self.worker.deliver_due().await?)
    }

    /// One pass of the work: sends what is due to each endpoint, a few deliveries at most. Answers
    /// how many deliveries were due.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn send_webhooks_due(&self) -> anyhow::Result<usize> {
        Ok(self.courier.send_due().await?)
    }

    /// One pass of the work: forgets deliveries to endpoints that have been over for long enough.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn forget_webhooks(&self) -> anyhow::Result<()> {
        Ok(self.courier.forget().await?)
    }

    /// Follows the logs of the other blocks until `stop`, and queues what endpoints asked for.
    pub async fn hear_all(&self, stop: CancellationToken) {
        let mut followers = JoinSet::new();
        for source in self.sources.clone() {
            let (messaging, stop) = (self.clone(), stop.clone());
            followers.spawn(async move {
                follow(&messaging, &messaging.db, source, stop.cancelled()).await;
            });
        }
        while followers.join_next().await.is_some() {}
    }

    /// What the sandbox was given by this process.
    #[must_use]
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }
}

impl Block for Messaging {
    fn routes(&self) -> Routes {
        self.routes()
    }

    fn db(&self) -> &Db {
        &self.db
    }

    async fn ready(&self) -> bool {
        self.ready().await
    }

    async fn work(&self, stop: CancellationToken) {
        self.work(stop).await;
    }
}

/// Serves and works until `stop`.
///
/// # Errors
///
/// When the block cannot be opened or served.
pub async fn run(
    config: Config,
    clock: Clock,
    listener: TcpListener,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let gate = Gate::open(&config.auth).await?.with_clock(clock.clone());
    let messaging = Messaging::open(&config, clock).await?;
    rangkai_rpc::run(messaging, config.server, gate, listener, stop).await
}
