//! How to reach another block.

use std::{fs, io, path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};

/// Where another block listens, and how patient to be with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndpointConfig {
    /// Scheme, host and port, such as `http://identity:50051`.
    pub url: String,
    /// The authority that signed the server's certificate; without one, those of the system.
    #[serde(default)]
    pub authority_file: Option<PathBuf>,
    /// The certificate to show to the server, where it asks for one.
    #[serde(default)]
    pub certificate_file: Option<PathBuf>,
    /// The key of that certificate.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
    /// How long to wait for a connection.
    #[serde(default = "connect_timeout_ms")]
    pub connect_timeout_ms: u64,
    /// How often to ask a silent connection whether it is alive.
    #[serde(default = "keepalive_interval_ms")]
    pub keepalive_interval_ms: u64,
    /// How long to wait for the answer to that.
    #[serde(default = "keepalive_timeout_ms")]
    pub keepalive_timeout_ms: u64,
    /// The longest that any one call may take, whatever its own deadline.
    #[serde(default = "request_timeout_ms")]
    pub request_timeout_ms: u64,
}

/// Why an endpoint cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// The address or the certificates are not usable.
    #[error("the endpoint {url} is not usable")]
    Unusable {
        /// The address as configured.
        url: String,
        /// What the transport found.
        source: tonic::transport::Error,
    },
    /// A certificate or key cannot be read.
    #[error("{file} cannot be read")]
    Unreadable {
        /// The file as configured.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
}

const fn connect_timeout_ms() -> u64 {
    3_000
}

const fn keepalive_interval_ms() -> u64 {
    20_000
}

const fn keepalive_timeout_ms() -> u64 {
    10_000
}

const fn request_timeout_ms() -> u64 {
    60_000
}

impl EndpointConfig {
    /// The endpoint at `url`, everything else as usual.
    #[must_use]
    pub fn at(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            authority_file: None,
            certificate_file: None,
            key_file: None,
            connect_timeout_ms: connect_timeout_ms(),
            keepalive_interval_ms: keepalive_interval_ms(),
            keepalive_timeout_ms: keepalive_timeout_ms(),
            request_timeout_ms: request_timeout_ms(),
        }
    }

    fn tls(&self) -> Result<ClientTlsConfig, EndpointError> {
        let mut tls = ClientTlsConfig::new();
        tls = match &self.authority_file {
            Some(file) => tls.ca_certificate(Certificate::from_pem(read(file)?)),
            None => tls.with_native_roots(),
        };
        if let (Some(certificate), Some(key)) = (&self.certificate_file, &self.key_file) {
            tls = tls.identity(Identity::from_pem(read(certificate)?, read(key)?));
        }
        Ok(tls)
    }
}

/// A channel to `config` that connects when it is first used, and again whenever it broke.
///
/// # Errors
///
/// When the address or a certificate is not usable.
pub fn connect(config: &EndpointConfig) -> Result<Channel, EndpointError> {
    let unusable = |source| EndpointError::Unusable { url: config.url.clone(), source };
    let mut endpoint = Endpoint::from_shared(config.url.clone())
        .map_err(unusable)?
        .connect_timeout(Duration::from_millis(config.connect_timeout_ms))
        .timeout(Duration::from_millis(config.request_timeout_ms))
        .http2_keep_alive_interval(Duration::from_millis(config.keepalive_interval_ms))
        .keep_alive_timeout(Duration::from_millis(config.keepalive_timeout_ms))
        .keep_alive_while_idle(true)
        .tcp_nodelay(true);
    if config.url.starts_with("https:") {
        endpoint = endpoint.tls_config(config.tls()?).map_err(unusable)?;
    }
    Ok(endpoint.connect_lazy())
}

fn read(file: &PathBuf) -> Result<Vec<u8>, EndpointError> {
    fs::read(file).map_err(|source| EndpointError::Unreadable { file: file.clone(), source })
}
