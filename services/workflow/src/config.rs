//! What the block reads from its surroundings.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use rangkai_auth::{AuthConfig, CredentialsConfig, EndpointConfig};
use rangkai_config::Secret;
use rangkai_db::DatabaseConfig;
use rangkai_outbound::OutboundConfig;
use rangkai_primitives::Agency;
use rangkai_rpc::ServerConfig;
use rangkai_telemetry::TelemetryConfig;
use serde::{Deserialize, Serialize};
use serde_json::Value;

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
    /// Where workflows may call over HTTP.
    pub outbound: OutboundConfig,
    /// The gRPC services outside the blocks that workflows may call, by the name that they use.
    #[serde(default)]
    pub hosts: BTreeMap<String, HostConfig>,
    /// The secrets that workflows may use: for each agency, by name.
    #[serde(default)]
    pub secrets: BTreeMap<String, BTreeMap<String, SecretConfig>>,
}

/// A gRPC service outside the blocks.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostConfig {
    /// Where it listens, with which certificates, and how patient to be with its connection.
    pub endpoint: EndpointConfig,
    /// The agencies whose workflows may call it; `*` is every agency.
    pub agencies: Vec<String>,
    /// A token that every call carries. The file is read again for each call, so that a token can be
    /// replaced.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// What else every call carries.
    #[serde(default)]
    pub metadata: BTreeMap<String, Secret>,
    /// How long one call may take when its task does not say.
    #[serde(default = "HostConfig::default_timeout_ms")]
    pub timeout_ms: u64,
    /// How long one call may take, whatever its task says.
    #[serde(default = "HostConfig::default_max_timeout_ms")]
    pub max_timeout_ms: u64,
    /// The most bytes of an answer, or of all messages of a streamed answer together.
    #[serde(default = "HostConfig::default_max_answer_bytes")]
    pub max_answer_bytes: usize,
}

impl HostConfig {
    /// A host that every agency may call, everything else as usual.
    #[must_use]
    pub fn at(url: impl Into<String>) -> Self {
        Self {
            endpoint: EndpointConfig::at(url),
            agencies: vec!["*".to_owned()],
            token_file: None,
            metadata: BTreeMap::new(),
            timeout_ms: Self::default_timeout_ms(),
            max_timeout_ms: Self::default_max_timeout_ms(),
            max_answer_bytes: Self::default_max_answer_bytes(),
        }
    }

    /// Whether the workflows of an agency may call it.
    #[must_use]
    pub fn serves(&self, agency: &Agency) -> bool {
        self.agencies.iter().any(|name| name == "*" || name == agency.as_str())
    }

    const fn default_timeout_ms() -> u64 {
        10_000
    }

    const fn default_max_timeout_ms() -> u64 {
        60_000
    }

    /// Half of what an instance may hold.
    const fn default_max_answer_bytes() -> usize {
        512 * 1024
    }
}

/// A secret of an agency: a value, or several by name, such as `username` and `password`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged, try_from = "Written")]
pub enum SecretConfig {
    /// A value, or the file that holds it.
    One(Secret),
    /// Several.
    Several(BTreeMap<String, Secret>),
}

/// A secret as it stands in the configuration.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    One(Secret),
    Several(BTreeMap<String, Secret>),
}

impl TryFrom<Written> for SecretConfig {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        match written {
            Written::One(secret) => Ok(Self::One(secret)),
            // What was no secret because its file cannot be read is not one called `file` either.
            Written::Several(several) if several.contains_key("file") => {
                Err("the secret file is unreadable".to_owned())
            }
            Written::Several(several) => Ok(Self::Several(several)),
        }
    }
}

impl SecretConfig {
    /// The secret as expressions see it, for the place where it is used.
    #[must_use]
    pub fn reveal(&self) -> Value {
        match self {
            Self::One(secret) => Value::String(secret.reveal().to_owned()),
            Self::Several(secrets) => {
                let each = secrets.iter();
                each.map(|(name, it)| (name.clone(), Value::String(it.reveal().to_owned())))
                    .collect()
            }
        }
    }
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
