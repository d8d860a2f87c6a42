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
//! | `channel`| how bills reach payers, and payments us  | queries, wire types             |
//!
//! Beside them, `iso20022` reads and writes messages of banks, without I/O, and `rail` hands orders
//! to whoever pays them.

mod api;
mod channel;
mod config;
mod domain;
mod error;
mod events;
mod execution;
mod expiry;
mod govstack;
mod inquiry;
mod iso20022;
mod ops;
mod overdue;
mod rail;
mod reservation_expiry;
mod store;
mod validation;
mod voucher_expiry;

use std::sync::Arc;

use rangkai_auth::Gate;
use rangkai_db::Db;
use rangkai_primitives::Clock;
use rangkai_proto::payments::v1::bill_service_server::BillServiceServer;
use rangkai_proto::payments::v1::case_service_server::CaseServiceServer;
use rangkai_proto::payments::v1::collection_service_server::CollectionServiceServer;
use rangkai_proto::payments::v1::credit_service_server::CreditServiceServer;
use rangkai_proto::payments::v1::day_service_server::DayServiceServer;
use rangkai_proto::payments::v1::dispute_service_server::DisputeServiceServer;
use rangkai_proto::payments::v1::envelope_service_server::EnvelopeServiceServer;
use rangkai_proto::payments::v1::fund_service_server::FundServiceServer;
use rangkai_proto::payments::v1::instruction_service_server::InstructionServiceServer;
use rangkai_proto::payments::v1::ledger_service_server::LedgerServiceServer;
use rangkai_proto::payments::v1::merchant_service_server::MerchantServiceServer;
use rangkai_proto::payments::v1::payee_service_server::PayeeServiceServer;
use rangkai_proto::payments::v1::pool_service_server::PoolServiceServer;
use rangkai_proto::payments::v1::rail_service_server::RailServiceServer;
use rangkai_proto::payments::v1::reconciliation_service_server::ReconciliationServiceServer;
use rangkai_proto::payments::v1::refund_service_server::RefundServiceServer;
use rangkai_proto::payments::v1::remittance_service_server::RemittanceServiceServer;
use rangkai_proto::payments::v1::reservation_service_server::ReservationServiceServer;
use rangkai_proto::payments::v1::suspense_service_server::SuspenseServiceServer;
use rangkai_proto::payments::v1::tariff_service_server::TariffServiceServer;
use rangkai_proto::payments::v1::transfer_service_server::TransferServiceServer;
use rangkai_proto::payments::v1::treasury_service_server::TreasuryServiceServer;
use rangkai_proto::payments::v1::voucher_service_server::VoucherServiceServer;
use rangkai_rpc::Block;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

use channel::Channels;
use domain::Spokesmen;

pub use config::{
    BankCode, BanksConfig, Config, ConformanceConfig, DEFAULTS, EnvelopesConfig, ExpiryConfig,
    GovStackConfig, VoucherConfig,
};
pub use govstack::Conformance;
pub use rail::{DebtorConfig, RailKind, RailsConfig, SandboxMessages};

use rail::Rail;

/// The running building block: what every request needs.
#[derive(Clone, Debug)]
pub struct Payments {
    db: Db,
    movements: api::Movements,
    expiry: ExpiryConfig,
    spokesmen: Arc<Spokesmen>,
    channels: Arc<Channels>,
    rail: Rail,
    rails: RailsConfig,
    envelopes: EnvelopesConfig,
    reservations: ExpiryConfig,
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
    /// When the database cannot be reached, its key is not a key, a migration fails, or a setting of
    /// a payment channel is wrong.
    pub async fn open(config: &Config, clock: Clock) -> anyhow::Result<Self> {
        let db = Db::open::<store::Schema>(&config.database, clock).await?;
        let channels = Arc::new(Channels::open(config.channels.clone())?);
        let movements = api::start_movements(&db, &config.movements);
        Ok(Self {
            db,
            movements,
            expiry: config.expiry,
            spokesmen: Arc::new(config.banks.spokesmen()),
            channels,
            rail: Rail::new(&config.rails),
            rails: config.rails.clone(),
            envelopes: config.envelopes.clone(),
            reservations: config.reservations,
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
            .add_service(CaseServiceServer::new(self.clone()))
            .add_service(CollectionServiceServer::new(self.clone()))
            .add_service(CreditServiceServer::new(self.clone()))
            .add_service(DayServiceServer::new(self.clone()))
            .add_service(DisputeServiceServer::new(self.clone()))
            .add_service(EnvelopeServiceServer::new(self.clone()))
            .add_service(FundServiceServer::new(self.clone()))
            .add_service(InstructionServiceServer::new(self.clone()))
            .add_service(LedgerServiceServer::new(self.clone()))
            .add_service(MerchantServiceServer::new(self.clone()))
            .add_service(PayeeServiceServer::new(self.clone()))
            .add_service(PoolServiceServer::new(self.clone()))
            .add_service(RailServiceServer::new(self.clone()))
            .add_service(ReconciliationServiceServer::new(self.clone()))
            .add_service(RefundServiceServer::new(self.clone()))
            .add_service(RemittanceServiceServer::new(self.clone()))
            .add_service(ReservationServiceServer::new(self.clone()))
            .add_service(SuspenseServiceServer::new(self.clone()))
            .add_service(TransferServiceServer::new(self.clone()))
            .add_service(TreasuryServiceServer::new(self.clone()))
            .add_service(VoucherServiceServer::new(self.clone()))
            .add_service(rangkai_events::Log::service(self.db.clone()))
    }

    fn json(&self) -> Option<axum::Router> {
        let callbacks = api::callbacks(self.clone());
        let Some(gate) = self.gate.clone().filter(|_| self.govstack.enabled) else {
            return Some(callbacks);
        };
        Some(callbacks.merge(govstack::router(self.clone(), gate, &self.govstack.blocks)))
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
            self.keep_expiring_reservations(&stop),
            self.keep_expiring_vouchers(&stop),
            self.keep_inquiring(&stop),
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
    let payments = Payments::open(&config, clock).await?.behind(gate.clone());
    if let Some(conformance) = Conformance::open(&payments, &config.govstack).await? {
        tokio::spawn(conformance.serve(stop.clone()));
    }
    rangkai_rpc::run(payments, config.server, gate, listener, stop).await
}
