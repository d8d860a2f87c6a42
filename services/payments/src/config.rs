//! What the payments block reads from its surroundings.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};

use rangkai_auth::AuthConfig;
use rangkai_db::{DatabaseConfig, GroupConfig};
use rangkai_rpc::ServerConfig;
use rangkai_telemetry::TelemetryConfig;
use serde::{Deserialize, Serialize};

use crate::channel::ChannelsConfig;
use crate::domain::{GuessLimit, Spokesmen};
use crate::rail::RailsConfig;

/// The values assumed when nothing else is said.
pub const DEFAULTS: &str = include_str!("../config.toml");

/// The configuration of the block; each section is defined by whoever uses it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where to listen, and how much to take on.
    pub server: ServerConfig,
    /// How to reach the database.
    pub database: DatabaseConfig,
    /// Where telemetry goes.
    pub telemetry: TelemetryConfig,
    /// Whose tokens to trust.
    pub auth: AuthConfig,
    /// When bills are looked at that nobody paid.
    pub expiry: ExpiryConfig,
    /// Who may report what banks did.
    pub banks: BanksConfig,
    /// How bills are paid beside plain bank remittances.
    pub channels: ChannelsConfig,
    /// How mass payments leave.
    pub rails: RailsConfig,
    /// What mass payments keep to.
    pub envelopes: EnvelopesConfig,
    /// When reservations are looked at whose time is up.
    pub reservations: ExpiryConfig,
    /// When vouchers are looked at that nobody redeemed, and how often one may guess.
    pub vouchers: VoucherConfig,
    /// How transfers that are asked for at once are committed together.
    pub movements: GroupConfig,
    /// The public REST profile.
    #[serde(default)]
    pub govstack: GovStackConfig,
}

/// When things are looked at whose time is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ExpiryConfig {
    /// How long to wait after a look that found nothing.
    pub interval_ms: u64,
    /// How many of them one look takes on.
    pub batch: u64,
}

/// Who may report what banks did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct BanksConfig {
    /// The banks that each client may speak for, by its id. While no client is listed, every client with
    /// the scope may speak for every bank.
    pub clients: BTreeMap<String, Vec<BankCode>>,
}

impl BanksConfig {
    /// Who may speak for which banks.
    pub(crate) fn spokesmen(&self) -> Spokesmen {
        let codes = |codes: &Vec<BankCode>| codes.iter().map(|code| code.0.clone()).collect();
        let clients = self.clients.iter().map(|(client, own)| (client.clone(), codes(own)));
        Spokesmen::new(clients.collect())
    }
}

/// The three digits by which a bank is known.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct BankCode(String);

impl TryFrom<String> for BankCode {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digits = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits { Ok(Self(text)) } else { Err("the value is not three digits") }
    }
}

impl From<BankCode> for String {
    fn from(code: BankCode) -> Self {
        code.0
    }
}

/// When vouchers are looked at that nobody redeemed, and how often one may guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct VoucherConfig {
    /// How long to wait after a look that found nothing.
    pub interval_ms: u64,
    /// How many vouchers one look takes on.
    pub batch: u64,
    /// How many wrong numbers or PINs a caller may show in one window.
    pub guesses: u32,
    /// How long a window is, from its first guess.
    pub guess_window_seconds: u64,
}

impl VoucherConfig {
    /// The limit of wrong numbers and PINs.
    pub(crate) fn guess_limit(&self) -> GuessLimit {
        GuessLimit {
            guesses: self.guesses.into(),
            window: Duration::from_secs(self.guess_window_seconds),
        }
    }
}

/// The public REST profile of `GovStack`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct GovStackConfig {
    /// Whether the block answers it at all.
    pub enabled: bool,
    /// The building blocks that may ask, by the names that they use (`Gov_Stack_BB`).
    pub blocks: Vec<String>,
    /// A second listener without credentials, for the contract's own tests; none unless set.
    #[serde(default)]
    pub conformance: Option<ConformanceConfig>,
}

/// A listener for the contract's own tests.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ConformanceConfig {
    /// Where to listen: a loopback address.
    pub listen: SocketAddr,
    /// The agency that everybody asks for there.
    pub agency: String,
    /// The sample data that the contract publishes, as TOML.
    #[serde(default)]
    pub samples: Option<PathBuf>,
}

/// What mass payments keep to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EnvelopesConfig {
    /// The most that one instruction can be, in minor units.
    pub instruction_limit_minor: i64,
    /// Who says so.
    pub instruction_limit_source: String,
    /// An envelope pauses when more than so many of a hundred settled instructions failed …
    pub pause_percent: i64,
    /// … and at least so many were settled.
    pub pause_after: i64,
    /// How long to wait after a look that found no envelope to validate.
    pub interval_ms: u64,
    /// How many instructions are validated in one transaction.
    pub batch: u64,
}
