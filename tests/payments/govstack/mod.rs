//! The GovStack REST profile, byte for byte.

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

/// The sample data of the tests, in the shape of the contract's.
const SAMPLES: &str = r#"
blocks = ["bb-digital-registries"]

[[pools]]
group = "Payment Voucher"
currency = "IDR"
funds = 1_000_000

[[pools]]
group = "Unfunded"
currency = "IDR"
funds = 0

[[merchants]]
name = "Melissa Stephenson"
bank_details = "Citizen Service Banks"
groups = ["Payment Voucher"]

[[merchants]]
name = "Ronan Oliver"
bank_details = "Vigor Bank Group"
groups = ["Unfunded"]

[[vouchers]]
serial = "5550"
number = "5550"
group = "Payment Voucher"
amount = 100
state = "preactivated"

[[vouchers]]
serial = "6004"
number = "6004"
group = "Payment Voucher"
amount = 100
state = "activated"

[[vouchers]]
serial = "6005"
number = "6005"
group = "Payment Voucher"
amount = 100
state = "suspended"

[[vouchers]]
serial = "6006"
number = "6006"
group = "Payment Voucher"
amount = 100
state = "blocked"

[[vouchers]]
serial = "6001"
number = "6001"
group = "Payment Voucher"
amount = 100
state = "redeemed"

[[vouchers]]
serial = "6002"
number = "6002"
group = "Payment Voucher"
amount = 100
state = "expired"

[[vouchers]]
serial = "6007"
number = "6007"
group = "Payment Voucher"
amount = 100
state = "cancelled"

[[vouchers]]
serial = "6008"
number = "6008"
group = "Payment Voucher"
amount = 100
state = "purged"
"#;

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
