//! What the messaging block reads from its surroundings.

use std::{collections::BTreeMap, path::PathBuf};

use rangkai_auth::{AuthConfig, CredentialsConfig, EndpointConfig};
use rangkai_config::Secret;
use rangkai_db::DatabaseConfig;
use rangkai_outbound::OutboundConfig;
use rangkai_rpc::ServerConfig;
use rangkai_telemetry::TelemetryConfig;
use serde::{Deserialize, Serialize};

/// The values assumed when nothing else is said.
pub const DEFAULTS: &str = include_str!("../config.toml");

/// The configuration of the block.
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
    /// How patiently messages are sent.
    pub delivery: DeliveryConfig,
    /// Who sends SMS.
    pub sms: SmsConfig,
    /// Who sends e-mail.
    pub email: EmailConfig,
    /// How patiently facts are sent to endpoints.
    pub webhooks: WebhooksConfig,
    /// Where facts may be sent.
    pub outbound: OutboundConfig,
    /// Where the blocks listen whose facts endpoints can ask for, by short name.
    #[serde(default)]
    pub endpoints: BTreeMap<String, EndpointConfig>,
    /// Who this block is when it follows another; without them, it calls without a token.
    #[serde(default)]
    pub credentials: Option<CredentialsConfig>,
}

/// How patiently facts are sent to endpoints.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WebhooksConfig {
    /// How long to wait after each attempt, in seconds; after the last step a delivery is dead.
    pub retry_seconds: Vec<u64>,
    /// How many deliveries to one endpoint are under way at the same time.
    pub parallel: u16,
    /// How many endpoints are served at the same time.
    pub endpoints: u16,
    /// After how long a sender that did not report is given up.
    pub hold_seconds: u64,
    /// After how long without success an endpoint is disabled.
    pub disable_after_hours: u64,
    /// How long deliveries are kept after their end.
    pub keep_days: u64,
    /// How soon to look again for deliveries that are due.
    pub poll_min_ms: u64,
    /// How seldom to look when there are none.
    pub poll_max_ms: u64,
}

/// How patiently messages are sent.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveryConfig {
    /// How long to wait after each attempt, in seconds; the last step repeats.
    pub retry_seconds: Vec<u64>,
    /// How many messages of one agency are taken at once.
    pub batch: u16,
    /// How many of them are sent at the same time.
    pub parallel: u16,
    /// How long one attempt may take.
    pub timeout_seconds: u64,
    /// After how long a sender that did not report is given up.
    pub hold_seconds: u64,
    /// How soon to look again for messages that are due.
    pub poll_min_ms: u64,
    /// How seldom to look when there are none.
    pub poll_max_ms: u64,
}

/// Who sends SMS.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SmsConfig {
    /// The kind of provider.
    pub provider: SmsProvider,
}

/// The providers of SMS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SmsProvider {
    /// Keeps what it is given, and sends nothing.
    Sandbox,
}

/// Who sends e-mail.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EmailConfig {
    /// The kind of provider.
    pub provider: EmailProvider,
    /// The mail server, for the provider that needs one.
    #[serde(default)]
    pub smtp: Option<SmtpConfig>,
}

/// The providers of e-mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EmailProvider {
    /// Keeps what it is given, and sends nothing.
    Sandbox,
    /// A mail server.
    Smtp,
}

/// A mail server.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpConfig {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// Whom to sign in as.
    #[serde(default)]
    pub username: Option<String>,
    /// The password for that.
    #[serde(default)]
    pub password: Option<Secret>,
    /// The sender of every e-mail, such as `Layanan SIM <tidak-dibalas@example.go.id>`.
    pub from: String,
    /// The authority that signed the server's certificate; without one, the public ones.
    #[serde(default)]
    pub authority_file: Option<PathBuf>,
}

/// How the connection to a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// Not at all: for a relay on the same machine.
    None,
    /// By the command STARTTLS; a server that does not know it gets nothing.
    Starttls,
    /// From the first byte.
    Implicit,
}
