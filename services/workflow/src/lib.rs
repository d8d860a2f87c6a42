//! The workflow building block: services as agencies write them, run durably.
//!
//! | Room     | Holds                                                    | Never holds             |
//! |----------|----------------------------------------------------------|-------------------------|
//! | `api`    | the wire: requests in, answers out                       | queries, rules          |
//! | `engine` | leads instances on: takes them, calls, keeps the outcome | queries, rules          |
//! | `events` | the facts this block tells and hears                     | queries, rules          |
//! | `ops`    | what happens: one function for each verb                 | wire types, SQL         |
//! | `domain` | what is true: definitions, and the interpreter of them   | `async`, I/O, wire types|
//! | `store`  | what is kept: queries                                    | rules, wire types       |

mod api;
mod config;
mod domain;
mod engine;
mod error;
mod events;
mod library;
mod ops;
mod store;
#[cfg(test)]
mod tests;

use rangkai_auth::Gate;
use rangkai_db::Db;
use rangkai_primitives::Clock;
use rangkai_proto::workflow::v1::{
    calendar_service_server::CalendarServiceServer,
    dead_letter_service_server::DeadLetterServiceServer,
    deadline_service_server::DeadlineServiceServer,
    definition_service_server::DefinitionServiceServer,
    descriptor_service_server::DescriptorServiceServer,
    instance_service_server::InstanceServiceServer,
};
use rangkai_rpc::Block;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

pub use config::{Config, DEFAULTS, EngineConfig, HostConfig, SecretConfig};
pub use domain::definition::{Definition, Finding, Functions, Severity, check};
pub use domain::{definition, drawing};

use engine::Engine;
use library::Library;

/// The running building block: what every request needs.
#[derive(Clone, Debug)]
pub struct Workflow {
    db: Db,
    library: Library,
    engine: Engine,
}

impl Workflow {
    /// Opens the database and brings its schema up to date.
    ///
    /// # Errors
    ///
    /// When the database cannot be reached, its key is not a key, a migration fails, or an endpoint
    /// is not usable.
    pub async fn open(config: &Config, clock: Clock) -> anyhow::Result<Self> {
        let db = Db::open::<store::Schema>(&config.database, clock).await?;
        let library = Library::new(Functions::new(rangkai_proto::pool().clone()), config);
        let engine = Engine::open(db.clone(), library.clone(), config)?;
        Ok(Self { db, library, engine })
    }
}

impl Block for Workflow {
    fn routes(&self) -> Routes {
        Routes::new(DefinitionServiceServer::new(self.clone()))
            .add_service(InstanceServiceServer::new(self.clone()))
            .add_service(DeadLetterServiceServer::new(self.clone()))
            .add_service(CalendarServiceServer::new(self.clone()))
            .add_service(DeadlineServiceServer::new(self.clone()))
            .add_service(DescriptorServiceServer::new(self.clone()))
            .add_service(rangkai_events::Log::service(self.db.clone()))
    }

    fn db(&self) -> &Db {
        &self.db
    }

    async fn ready(&self) -> bool {
        self.db.ready().await
    }

    /// Leads instances on and lets deadlines pass until `stop`. Dropped instead, it stops as a killed process does.
    async fn work(&self, stop: CancellationToken) {
        self.engine.work(stop).await;
    }
}

/// Runs the block on `listener` until `stop`.
///
/// # Errors
///
/// When it cannot be opened, or the server fails.
pub async fn run(
    config: Config,
    clock: Clock,
    listener: TcpListener,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let gate = Gate::open(&config.auth).await?.with_clock(clock.clone());
    let workflow = Workflow::open(&config, clock).await?;
    Box::pin(rangkai_rpc::run(workflow, config.server, gate, listener, stop)).await
}
