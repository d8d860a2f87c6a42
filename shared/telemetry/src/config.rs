//! Where telemetry goes.

use serde::{Deserialize, Serialize};

/// Where telemetry goes, and how much of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TelemetryConfig {
    /// What is worth telling: a filter such as `info,sqlx=warn`.
    pub filter: String,
    /// The OTLP endpoint (gRPC, such as `http://collector:4317`); without one, nothing is exported.
    pub otlp_endpoint: Option<String>,
    /// Whether the log on standard error is JSON, one object a line, instead of text for people.
    pub json: bool,
}

impl Default for TelemetryConfig {
    fn default() -> Self {
        Self { filter: "info,sqlx=warn".to_owned(), otlp_endpoint: None, json: false }
    }
}
