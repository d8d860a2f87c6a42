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
use rangkai_rpc::Block;
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
}

/// It has no jobs of its own: whatever has its time, a workflow asks for.
impl Block for Registration {
    fn routes(&self) -> Routes {
        Routes::new(CatalogueServiceServer::new(self.clone()))
            .add_service(ApplicationServiceServer::new(self.clone()))
            .add_service(TaskServiceServer::new(self.clone()))
            .add_service(DecisionServiceServer::new(self.clone()))
            .add_service(RecordServiceServer::new(self.clone()))
            .add_service(rangkai_events::Log::service(self.db.clone()))
    }

    fn db(&self) -> &Db {
        &self.db
    }

    async fn ready(&self) -> bool {
        self.db.ready().await
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
    let gate = Gate::open(&config.auth).await?.with_clock(clock.clone());
    let registration = Registration::open(&config, clock).await?;
    rangkai_rpc::run(registration, config.server, gate, listener, stop).await
}
