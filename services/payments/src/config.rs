//! What the payments block reads from its surroundings.

use rangkai_auth::AuthConfig;
use rangkai_db::DatabaseConfig;
use rangkai_rpc::ServerConfig;
use rangkai_telemetry::TelemetryConfig;
use serde::{Deserialize, Serialize};

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
    /// How mass payments leave.
    pub rails: RailsConfig,
    /// What mass payments keep to.
    pub envelopes: EnvelopesConfig,
}

/// When bills are looked at that nobody paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ExpiryConfig {
    /// How long to wait after a look that found nothing.
    pub interval_ms: u64,
    /// How many bills one look takes on.
    pub batch: u64,
}

/// How mass payments leave.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RailsConfig {
    /// Which rail.
    pub kind: RailKind,
    /// How many orders a second it can take.
    pub orders_per_second: u32,
    /// How many orders it is given at once, at most.
    pub batch: u32,
    /// How long to wait after a look that found nothing.
    pub interval_ms: u64,
    /// After how long a call counts as silence.
    pub timeout_ms: u64,
    /// Whose account pays.
    pub debtor: DebtorConfig,
}

/// Which rail pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RailKind {
    /// Files that an operator takes to the bank.
    File,
    /// Nobody is paid.
    Sandbox,
}

/// Whose account pays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DebtorConfig {
    /// Whose it is.
    pub name: String,
    /// Its bank: a BIC, or the three digits of the national bank code.
    pub institution: String,
    /// Its number.
    pub account: String,
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
