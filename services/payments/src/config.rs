//! What the payments block reads from its surroundings.

use rangkai_auth::AuthConfig;
use rangkai_db::{DatabaseConfig, GroupConfig};
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
    /// When reservations are looked at whose time is up.
    pub reservations: ExpiryConfig,
    /// How transfers that are asked for at once are committed together.
    pub movements: GroupConfig,
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
