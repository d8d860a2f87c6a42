//! The payments building block: fees that the law sets, bills that people owe to agencies, their
//! payment and refund, and the double-entry ledger under all of them.
//!
//! | Room     | Holds                                    | Never holds                     |
//! |----------|------------------------------------------|---------------------------------|
//! | `api`    | the wire: requests in, answers out       | queries, rules                  |
//! | `govstack` | the same for the public REST profile  | queries, rules                  |
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
mod govstack;
mod ops;
mod store;
mod voucher_expiry;

use rangkai_auth::Gate;
use rangkai_db::Db;
use rangkai_primitives::Clock;
use rangkai_proto::payments::v1::{
    bill_service_server::BillServiceServer, ledger_service_server::LedgerServiceServer,
    refund_service_server::RefundServiceServer, remittance_service_server::RemittanceServiceServer,
    tariff_service_server::TariffServiceServer,
};
use rangkai_proto::payments::v1::{
    merchant_service_server::MerchantServiceServer, pool_service_server::PoolServiceServer,
    voucher_service_server::VoucherServiceServer,
};
use rangkai_rpc::Block;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

pub use config::{Config, DEFAULTS, ExpiryConfig};
pub use config::{ConformanceConfig, GovStackConfig, VoucherConfig};
pub use govstack::Conformance;

/// The running building block: what every request needs.
#[derive(Clone, Debug)]
pub struct Payments {
    db: Db,
    expiry: ExpiryConfig,
    vouchers: VoucherConfig,
    govstack: GovStackConfig,
    /// Who may use the REST profile; nobody until the block stands behind a gate.
    gate: Option<Gate>,
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
            vouchers: config.vouchers,
            govstack: config.govstack.clone(),
            gate: None,
        })
    }

    /// The same block, letting in over REST whom `gate` lets in.
    #[must_use]
    pub fn behind(self, gate: Gate) -> Self {
        Self { gate: Some(gate), ..self }
    }
}

impl Block for Payments {
    fn routes(&self) -> Routes {
        Routes::new(TariffServiceServer::new(self.clone()))
            .add_service(BillServiceServer::new(self.clone()))
            .add_service(RemittanceServiceServer::new(self.clone()))
            .add_service(RefundServiceServer::new(self.clone()))
            .add_service(LedgerServiceServer::new(self.clone()))
            .add_service(PoolServiceServer::new(self.clone()))
            .add_service(VoucherServiceServer::new(self.clone()))
            .add_service(MerchantServiceServer::new(self.clone()))
            .add_service(rangkai_events::Log::service(self.db.clone()))
    }

    fn json(&self) -> Option<axum::Router> {
        let gate = self.gate.clone().filter(|_| self.govstack.enabled);
        gate.map(|gate| govstack::router(self.clone(), gate, &self.govstack.blocks))
    }

    fn db(&self) -> &Db {
        &self.db
    }

    async fn ready(&self) -> bool {
        self.db.ready().await
    }

    async fn work(&self, stop: CancellationToken) {
        tokio::join!(self.keep_expiring(&stop), self.keep_expiring_vouchers(&stop),);
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
    let payments = Payments::open(&config, clock).await?.behind(gate.clone());
    if let Some(conformance) = Conformance::open(&payments, &config.govstack).await? {
        tokio::spawn(conformance.serve(stop.clone()));
    }
    rangkai_rpc::run(payments, config.server, gate, listener, stop).await
}
