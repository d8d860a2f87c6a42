//! The limits of a server, each with its default.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

/// Where a block listens, and how much it takes on. What a block's `config.toml` says about it:
///
/// ```toml
/// [server]
/// listen = "127.0.0.1:50051"
/// reflection = true                    # describe the contracts to whoever asks
/// concurrency_limit = 512              # calls under way; further ones are refused
/// stream_limit = 1024                  # open streams; further ones are refused
/// default_deadline_ms = 10000          # where neither caller nor contract says
/// max_receive_bytes = 4194304          # the largest request, at most 4 MiB
/// max_send_bytes = 4194304             # the largest answer, or part of a stream
/// max_header_bytes = 16384
/// max_frame_bytes = 16384
/// max_streams_per_connection = 256
/// max_pending_resets = 20              # against peers that open calls only to reset them
/// max_error_resets = 256
/// stream_window_bytes = 1048576        # on its way unread, per call
/// connection_window_bytes = 2097152    # and per connection
/// keepalive_interval_ms = 20000        # ask a silent peer whether it is alive
/// keepalive_timeout_ms = 10000
/// connection_age_ms = 1800000          # then clients connect anew, and spread over new servers
/// connection_grace_ms = 300000
/// readiness_interval_ms = 1000
/// readiness_timeout_ms = 2000
/// stop_delay_ms = 0                    # go on serving while the cluster learns that we stop
/// drain_ms = 20000                     # then let calls under way finish
///
/// # [server.tls]                       # TLS 1.3; without this section plain HTTP
/// # certificate_file = "/tls/tls.crt"
/// # key_file = "/tls/tls.key"
/// # client_authority_file = "/tls/ca.crt"   # ask clients for a certificate
/// # handshake_timeout_ms = 5000
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// Address and port.
    pub listen: SocketAddr,
    /// The certificate to serve with; without one, the server speaks plain HTTP.
    pub tls: Option<TlsConfig>,
    /// Whether the server describes its contracts to whoever asks.
    pub reflection: bool,
    /// How many calls may be under way at once; further ones are refused.
    pub concurrency_limit: usize,
    /// How many streams may be open at once; further ones are refused.
    pub stream_limit: usize,
    /// How long a call may take when neither its caller nor its contract says.
    pub default_deadline_ms: u64,
    /// The largest request, at most 4 MiB.
    pub max_receive_bytes: usize,
    /// The largest answer, or part of a streamed one.
    pub max_send_bytes: usize,
    /// The largest set of headers.
    pub max_header_bytes: u32,
    /// The largest HTTP/2 frame.
    pub max_frame_bytes: u32,
    /// How many calls one connection may have under way.
    pub max_streams_per_connection: u32,
    /// How many calls that a peer took back may wait on one connection.
    pub max_pending_resets: usize,
    /// How many calls that we broke off one connection may see.
    pub max_error_resets: usize,
    /// How much of one call may be on its way unread.
    pub stream_window_bytes: u32,
    /// How much of all calls of one connection may be on its way unread.
    pub connection_window_bytes: u32,
    /// How often to ask a silent peer whether it is alive.
    pub keepalive_interval_ms: u64,
    /// How long to wait for the answer to that.
    pub keepalive_timeout_ms: u64,
    /// After how long a connection is ended, so that clients spread over new servers.
    pub connection_age_ms: u64,
    /// How long calls on such a connection may still run.
    pub connection_grace_ms: u64,
    /// How often to look whether the block is ready.
    pub readiness_interval_ms: u64,
    /// How long that look may take.
    pub readiness_timeout_ms: u64,
    /// How long to go on taking calls after being asked to stop, while readiness already says no.
    pub stop_delay_ms: u64,
    /// How long calls under way may then still run.
    pub drain_ms: u64,
}

/// The certificate to serve with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// The certificate chain, as PEM.
    pub certificate_file: PathBuf,
    /// Its key, as PEM.
    pub key_file: PathBuf,
    /// The authority that clients' certificates must come from; without one, none is asked for.
    #[serde(default)]
    pub client_authority_file: Option<PathBuf>,
    /// How long a handshake may take.
    #[serde(default = "handshake_timeout_ms")]
    pub handshake_timeout_ms: u64,
}

const fn handshake_timeout_ms() -> u64 {
    5_000
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            tls: None,
            reflection: true,
            concurrency_limit: 512,
            stream_limit: 1_024,
            default_deadline_ms: 10_000,
            max_receive_bytes: 4_194_304,
            max_send_bytes: 4_194_304,
            max_header_bytes: 16_384,
            max_frame_bytes: 16_384,
            max_streams_per_connection: 256,
            max_pending_resets: 20,
            max_error_resets: 256,
            stream_window_bytes: 1_048_576,
            connection_window_bytes: 2_097_152,
            keepalive_interval_ms: 20_000,
            keepalive_timeout_ms: 10_000,
            connection_age_ms: 1_800_000,
            connection_grace_ms: 300_000,
            readiness_interval_ms: 1_000,
            readiness_timeout_ms: 2_000,
            stop_delay_ms: 0,
            drain_ms: 20_000,
        }
    }
}

impl ServerConfig {
    /// The default limits, listening on `listen`.
    #[must_use]
    pub fn at(listen: SocketAddr) -> Self {
        Self { listen, ..Self::default() }
    }
}

/// A span of the configuration.
pub(crate) const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}
