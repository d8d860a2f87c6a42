//! The registration building block: services of agencies, applications, tasks, decisions, records.
//!
//! | Room     | Holds                                    | Never holds                     |
//! |----------|------------------------------------------|---------------------------------|
//! | `api`    | the wire: requests in, answers out       | queries, rules                  |
//! | `events` | the facts this block tells               | queries, rules                  |
//! | `ops`    | what happens: one function for each verb | wire types, SQL                 |
//! | `domain` | what is true: types and their rules      | `async`, I/O, wire types        |
//! | `store`  | what is kept: rows and queries           | rules, wire types               |

mod api;
mod config;
mod definitions;
mod domain;
mod error;
mod events;
mod ops;
mod store;

use anyhow::Context as _;
use rangkai_auth::Gate;
use rangkai_db::Db;
use rangkai_primitives::Clock;
use rangkai_proto::registration::v1::{
    application_service_server::ApplicationServiceServer,
    catalogue_service_server::CatalogueServiceServer,
    decision_service_server::DecisionServiceServer, record_service_server::RecordServiceServer,
    task_service_server::TaskServiceServer,
};
use rangkai_rpc::{Ready, Server};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

pub use config::{Config, DEFAULTS};

/// The running building block: what every request needs.
#[derive(Clone, Debug)]
pub struct Registration {
    db: Db,
    definitions: definitions::Definitions,
}

impl Registration {
    /// Opens the database and brings its schema up to date.
    ///
    /// # Errors
    ///
    /// When the database cannot be reached, or its schema is behind and may not be changed.
    pub async fn open(config: &Config, clock: Clock) -> anyhow::Result<Self> {
        let db = Db::open::<store::Schema>(&config.database, clock).await;
        let db = db.context("the database of registration")?;
        Ok(Self { db, definitions: definitions::Definitions::default() })
    }

    /// Every gRPC service of this block.
    #[must_use]
    pub fn routes(&self) -> Routes {
        Routes::new(CatalogueServiceServer::new(self.clone()))
            .add_service(ApplicationServiceServer::new(self.clone()))
            .add_service(TaskServiceServer::new(self.clone()))
            .add_service(DecisionServiceServer::new(self.clone()))
            .add_service(RecordServiceServer::new(self.clone()))
            .add_service(rangkai_events::Log::service(self.db.clone()))
    }

    /// Whether the block can work.
    pub async fn ready(&self) -> bool {
        self.db.ready().await
    }

    /// Runs until `stop`. Nothing happens here by itself: whatever has its time, a workflow asks for.
    pub async fn work(&self, stop: CancellationToken) {
        stop.cancelled().await;
    }
}

/// Opens the block and serves it on `listener` until `stop`.
///
/// # Errors
///
/// When the database cannot be reached, the keys of the gate cannot be had, or serving fails.
pub async fn run(
    config: Config,
    clock: Clock,
    listener: TcpListener,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let registration = Registration::open(&config, clock.clone()).await?;
    let gate = Gate::open(&config.auth).await?.with_clock(clock);
    let probe = registration.clone();
    let server = Server {
        config: config.server,
        routes: registration.routes(),
        json: None,
        gate,
        ready: Ready::new(move || {
            let probe = probe.clone();
            async move { probe.ready().await }
        }),
    };
    let serving = server.serve(listener, stop.clone().cancelled_owned());
    let (ended, ()) = tokio::join!(serving, registration.work(stop));
    Ok(ended?)
}
