//! The GovStack REST profile, byte for byte.

mod batches;
mod cancellations;
pub(super) mod g2p;
pub(super) mod http;
mod listeners;
mod numbers;
mod payees;
mod vouchers;

use std::net::SocketAddr;

use rangkai_payments::{
    Config, Conformance, ConformanceConfig, DEFAULTS, GovStackConfig, Payments,
};
use rangkai_testkit::Kind;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::support::House;

/// The sample data that the contract publishes.
const SAMPLES: &str = include_str!("../../../services/payments/conformance.toml");

/// A conformance listener with the sample data, beside a house on the same database.
pub(super) struct Listener {
    pub(super) address: SocketAddr,
    config: GovStackConfig,
    payments: Payments,
    pub(super) house: House,
    _folder: TempDir,
}

impl Listener {
    async fn open(kind: Kind) -> anyhow::Result<Self> {
        Self::beside(House::open(kind).await?).await
    }

    pub(super) async fn beside(house: House) -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        let samples = folder.path().join("samples.toml");
        std::fs::write(&samples, SAMPLES)?;
        let conformance = ConformanceConfig {
            listen: "127.0.0.1:0".parse()?,
            agency: "kemensos".to_owned(),
            samples: Some(samples),
        };
        let config =
            GovStackConfig { enabled: true, blocks: Vec::new(), conformance: Some(conformance) };
        let mut settings: Config = toml::from_str(DEFAULTS)?;
        settings.database = house.database.config.clone();
        settings.govstack = config.clone();
        let payments = Payments::open(&settings, house.clock.clone()).await?;
        let listener = Conformance::open(&payments, &config).await?.expect("a listener");
        let address = listener.address()?;
        tokio::spawn(listener.serve(CancellationToken::new()));
        Ok(Self { address, config, payments, house, _folder: folder })
    }
}
