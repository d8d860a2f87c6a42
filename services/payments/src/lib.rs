//! The payments building block: fees that the law sets, bills that people owe to agencies, their
//! payment and refund, and the double-entry ledger under all of them.
//!
//! | Room     | Holds                                    | Never holds                     |
//! |----------|------------------------------------------|---------------------------------|
//! | `api`    | the wire: requests in, answers out       | queries, rules                  |
//! | `events` | the facts this block tells               | queries, rules                  |
//! | `ops`    | what happens: one function for each verb | wire types, SQL                 |
//! | `domain` | what is true: types and their rules      | `async`, I/O, wire types        |
//! | `store`  | what is kept: rows and queries           | rules, wire types               |
//!
//! Beside them, `iso20022` reads and writes messages of banks, without I/O, and `rail` hands orders
//! to whoever pays them.

mod api;
mod config;
mod domain;
mod error;
mod events;
mod execution;
mod expiry;
mod iso20022;
mod ops;
mod rail;
mod store;
mod validation;

use rangkai_auth::Gate;
use rangkai_db::Db;
use rangkai_primitives::Clock;
use rangkai_proto::payments::v1::{
    bill_service_server::BillServiceServer, envelope_service_server::EnvelopeServiceServer,
    fund_service_server::FundServiceServer, instruction_service_server::InstructionServiceServer,
    ledger_service_server::LedgerServiceServer, payee_service_server::PayeeServiceServer,
    rail_service_server::RailServiceServer,
    refund_service_server::RefundServiceServer, remittance_service_server::RemittanceServiceServer,
    tariff_service_server::TariffServiceServer,
};
use rangkai_rpc::Block;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

pub use config::{Config, DEFAULTS, EnvelopesConfig, ExpiryConfig};
pub use rail::{DebtorConfig, RailKind, RailsConfig, SandboxMessages};

use rail::Rail;

/// The running building block: what every request needs.
#[derive(Clone, Debug)]
pub struct Payments {
    db: Db,
    expiry: ExpiryConfig,
    rail: Rail,
    rails: RailsConfig,
    envelopes: EnvelopesConfig,
}

impl Payments {
    /// Opens the database and brings its schema up to date.
    ///
    /// # Errors
    ///
    /// When the database cannot be reached, its key is not a key, or a migration fails.
    pub async fn open(config: &Config, clock: Clock) -> anyhow::Result<Self> {
        let db = Db::open::<store::Schema>(&config.database, clock).await?;
        Ok(Self {
            db,
            expiry: config.expiry,
            rail: Rail::new(&config.rails),
            rails: config.rails.clone(),
            envelopes: config.envelopes.clone(),
        })
    }
}

impl Block for Payments {
    fn routes(&self) -> Routes {
        Routes::new(TariffServiceServer::new(self.clone()))
            .add_service(BillServiceServer::new(self.clone()))
            .add_service(RemittanceServiceServer::new(self.clone()))
            .add_service(RefundServiceServer::new(self.clone()))
            .add_service(LedgerServiceServer::new(self.clone()))
            .add_service(RailServiceServer::new(self.clone()))
            .add_service(PayeeServiceServer::new(self.clone()))
            .add_service(FundServiceServer::new(self.clone()))
            .add_service(EnvelopeServiceServer::new(self.clone()))
            .add_service(InstructionServiceServer::new(self.clone()))
            .add_service(rangkai_events::Log::service(self.db.clone()))
    }

    fn db(&self) -> &Db {
        &self.db
    }

    async fn ready(&self) -> bool {
        self.db.ready().await
    }

    async fn work(&self, stop: CancellationToken) {
        tokio::join!(
            self.keep_expiring(&stop),
            self.keep_validating(&stop),
            self.keep_executing(&stop),
        );
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
    let payments = Payments::open(&config, clock).await?;
    rangkai_rpc::run(payments, config.server, gate, listener, stop).await
}
