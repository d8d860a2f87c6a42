//! What the service reads from its surroundings.

use rangkai_auth::AuthConfig;
use rangkai_db::DatabaseConfig;
use rangkai_rpc::ServerConfig;
use rangkai_telemetry::TelemetryConfig;
use serde::{Deserialize, Serialize};

/// The values assumed when nothing else is said.
pub const DEFAULTS: &str = include_str!("../config.toml");

/// The configuration of the service; each section is defined by the crate that uses it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where to listen.
    pub server: ServerConfig,
    /// How to reach the database.
    pub database: DatabaseConfig,
    /// Where telemetry goes.
    pub telemetry: TelemetryConfig,
    /// Whose tokens to trust.
    pub auth: AuthConfig,
}
