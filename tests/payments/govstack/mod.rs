//! The GovStack REST profile, byte for byte.

mod cancellations;
mod g2p;
mod http;
mod listeners;
mod vouchers;

use std::net::SocketAddr;

use rangkai_payments::{
    Config, Conformance, ConformanceConfig, DEFAULTS, GovStackConfig, Payments,
};
use rangkai_primitives::Clock;
use rangkai_testkit::{Kind, TestDatabase, database};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// The sample data that the contract publishes.
const SAMPLES: &str = include_str!("../../../services/payments/conformance.toml");

/// A conformance listener with the sample data.
struct Listener {
    address: SocketAddr,
    config: GovStackConfig,
    payments: Payments,
    _database: TestDatabase,
    _folder: TempDir,
}

impl Listener {
    async fn open(kind: Kind) -> anyhow::Result<Self> {
        let database = database(kind).await?;
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
        settings.database = database.config.clone();
        settings.govstack = config.clone();
        let payments = Payments::open(&settings, Clock::system()).await?;
        let listener = Conformance::open(&payments, &config).await?.expect("a listener");
        let address = listener.address()?;
        tokio::spawn(listener.serve(CancellationToken::new()));
        Ok(Self { address, config, payments, _database: database, _folder: folder })
    }
}
