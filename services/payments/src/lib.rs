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

mod api;
mod config;
mod domain;
mod error;
mod events;
mod expiry;
mod ops;
mod reservation_expiry;
mod store;

use rangkai_auth::Gate;
use rangkai_db::Db;
use rangkai_primitives::Clock;
use rangkai_proto::payments::v1::bill_service_server::BillServiceServer;
use rangkai_proto::payments::v1::credit_service_server::CreditServiceServer;
use rangkai_proto::payments::v1::day_service_server::DayServiceServer;
use rangkai_proto::payments::v1::dispute_service_server::DisputeServiceServer;
use rangkai_proto::payments::v1::ledger_service_server::LedgerServiceServer;
use rangkai_proto::payments::v1::reconciliation_service_server::ReconciliationServiceServer;
use rangkai_proto::payments::v1::refund_service_server::RefundServiceServer;
use rangkai_proto::payments::v1::remittance_service_server::RemittanceServiceServer;
use rangkai_proto::payments::v1::reservation_service_server::ReservationServiceServer;
use rangkai_proto::payments::v1::suspense_service_server::SuspenseServiceServer;
use rangkai_proto::payments::v1::tariff_service_server::TariffServiceServer;
use rangkai_proto::payments::v1::transfer_service_server::TransferServiceServer;
use rangkai_rpc::Block;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

pub use config::{Config, DEFAULTS, ExpiryConfig};

/// The running building block: what every request needs.
#[derive(Clone, Debug)]
pub struct Payments {
    db: Db,
    movements: api::Movements,
    expiry: ExpiryConfig,
    reservations: ExpiryConfig,
}

impl Payments {
    /// Opens the database and brings its schema up to date.
    ///
    /// # Errors
    ///
    /// When the database cannot be reached, its key is not a key, or a migration fails.
    pub async fn open(config: &Config, clock: Clock) -> anyhow::Result<Self> {
        let db = Db::open::<store::Schema>(&config.database, clock).await?;
        let movements = api::start_movements(&db, &config.movements);
        Ok(Self { db, movements, expiry: config.expiry, reservations: config.reservations })
    }
}

impl Block for Payments {
    fn routes(&self) -> Routes {
        Routes::new(TariffServiceServer::new(self.clone()))
            .add_service(BillServiceServer::new(self.clone()))
            .add_service(CreditServiceServer::new(self.clone()))
            .add_service(DayServiceServer::new(self.clone()))
            .add_service(DisputeServiceServer::new(self.clone()))
            .add_service(LedgerServiceServer::new(self.clone()))
            .add_service(ReconciliationServiceServer::new(self.clone()))
            .add_service(RefundServiceServer::new(self.clone()))
            .add_service(RemittanceServiceServer::new(self.clone()))
            .add_service(ReservationServiceServer::new(self.clone()))
            .add_service(SuspenseServiceServer::new(self.clone()))
            .add_service(TransferServiceServer::new(self.clone()))
            .add_service(rangkai_events::Log::service(self.db.clone()))
    }

    fn db(&self) -> &Db {
        &self.db
    }

    async fn ready(&self) -> bool {
        self.db.ready().await
    }

    async fn work(&self, stop: CancellationToken) {
        tokio::join!(self.keep_expiring(&stop), self.keep_expiring_reservations(&stop),);
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
