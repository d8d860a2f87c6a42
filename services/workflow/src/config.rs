//! What the block reads from its surroundings.

use std::{collections::BTreeMap, time::Duration};

use rangkai_auth::{AuthConfig, CredentialsConfig, EndpointConfig};
use rangkai_db::DatabaseConfig;
use rangkai_rpc::ServerConfig;
use rangkai_telemetry::TelemetryConfig;
use serde::{Deserialize, Serialize};

/// The values assumed when nothing else is said.
pub const DEFAULTS: &str = include_str!("../config.toml");

/// The configuration of the service; each section is defined by the crate that uses it.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
    /// How instances are led on.
    pub engine: EngineConfig,
    /// Where the blocks listen that workflows call and whose events they wait for, by short name.
    #[serde(default)]
    pub endpoints: BTreeMap<String, EndpointConfig>,
    /// Who this block is when it calls another; without them, it calls without a token.
    #[serde(default)]
    pub credentials: Option<CredentialsConfig>,
}

/// How instances are led on.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngineConfig {
    /// The name of this replica. One that starts again under its old name goes on at once with what
    /// it led before; without a name, after the lease.
    pub holder: String,
    /// How long an instance stays with a replica that fell silent.
    pub lease_ms: u64,
    /// How often to look for instances that are due, while there are some.
    pub poll_min_ms: u64,
    /// How often to look while there are none.
    pub poll_max_ms: u64,
    /// How many instances to lead at once.
    pub in_flight: usize,
    /// The first pause before a call that got no answer is sent again; each next one is about twice
    /// as long.
    pub call_pause_min_ms: u64,
    /// The longest such pause.
    pub call_pause_max_ms: u64,
    /// How often a call is sent whose callee answers that it failed inside.
    pub call_failures: u32,
    /// How long calls under way are waited for when the process is asked to stop.
    pub drain_ms: u64,
    /// How long events are kept for those who listen later.
    pub event_retention_days: u32,
}

/// A span of the configuration.
pub const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}
