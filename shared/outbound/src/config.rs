//! What the operator allows.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The section `outbound` of a configuration.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OutboundConfig {
    /// Where calls may go; the first destination that fits a URL counts. Empty refuses everything.
    pub allow: Vec<Destination>,
    /// How long connecting may take, names and handshakes included.
    pub connect_timeout_ms: u64,
    /// How long a call may take from its beginning to the last byte of its answer.
    pub timeout_ms: u64,
    /// The most bytes of the body of a request.
    pub max_request_bytes: usize,
    /// The most bytes of the body of an answer that are read.
    pub max_answer_bytes: usize,
    /// Authorities in PEM that are trusted beside those of the machine.
    #[serde(default)]
    pub authority_file: Option<PathBuf>,
}

/// One destination that the operator allows.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Destination {
    /// A host such as `hooks.bank.example`, or with a full stop in front, such as `.bank.example`,
    /// every host below it. An address stands as in a URL: `127.0.0.1`, `[::1]`.
    pub host: String,
    /// The ports; empty means 443 alone, and 80 as well where `http` is allowed.
    #[serde(default)]
    pub ports: Vec<u16>,
    /// Whether calls may go unencrypted.
    #[serde(default)]
    pub http: bool,
    /// Addresses that are not public and yet allowed here, such as `10.20.0.0/16` or `10.1.2.3`.
    #[serde(default)]
    pub addresses: Vec<String>,
}
