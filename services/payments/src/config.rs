//! What the payments block reads from its surroundings.

use rangkai_auth::AuthConfig;
use rangkai_db::DatabaseConfig;
use rangkai_rpc::ServerConfig;
use rangkai_telemetry::TelemetryConfig;
use serde::{Deserialize, Serialize};

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
