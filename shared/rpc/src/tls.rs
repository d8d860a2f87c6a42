//! TLS 1.3, mutual where configured.

use std::{fs, io, path::PathBuf, sync::Arc, time::Duration};

use futures::{Stream, StreamExt as _};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, RootCertStore, ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivateKeyDer, pem, pem::PemObject as _},
        server::{VerifierBuilderError, WebPkiClientVerifier},
        version::TLS13,
    },
    server::TlsStream,
};

use crate::{TlsConfig, config::ms};

/// How many handshakes may be under way at once.
const HANDSHAKES: usize = 1_024;

/// Why a certificate cannot be served with.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{file} cannot be read")]
    Unreadable {
        /// The file as configured.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file does not hold what it should as PEM.
    #[error("{file} holds no usable PEM")]
    NotPem {
        /// The file as configured.
        file: PathBuf,
        /// Why.
        source: pem::Error,
    },
    /// Certificate and key are not a pair, or not usable.
    #[error("the certificate cannot be served with")]
    Unusable(#[from] rustls::Error),
    /// The clients' authority is not one.
    #[error("the authority of the clients' certificates is not usable")]
    Authority(#[from] VerifierBuilderError),
}

/// What handshakes are made with, and how long each may take.
pub(crate) fn acceptor(files: &TlsConfig) -> Result<(TlsAcceptor, Duration), TlsError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&TLS13])?;
    let builder = match &files.client_authority_file {
        Some(file) => {
            let mut roots = RootCertStore::empty();
            for certificate in certificates(file)? {
                roots.add(certificate)?;
            }
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build()?;
            builder.with_client_cert_verifier(verifier)
        }
        None => builder.with_no_client_auth(),
    };
    let key = PrivateKeyDer::from_pem_slice(&read(&files.key_file)?)
        .map_err(|source| TlsError::NotPem { file: files.key_file.clone(), source })?;
    let mut config = builder.with_single_cert(certificates(&files.certificate_file)?, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok((TlsAcceptor::from(Arc::new(config)), ms(files.handshake_timeout_ms)))
}

/// The connections whose handshake succeeded in time; the others are dropped.
pub(crate) fn shaken(
    connections: impl Stream<Item = io::Result<TcpStream>>,
    acceptor: TlsAcceptor,
    patience: Duration,
) -> impl Stream<Item = io::Result<TlsStream<TcpStream>>> {
    let handshakes = connections.map(move |connection| {
        let acceptor = acceptor.clone();
        async move { timeout(patience, acceptor.accept(connection?)).await? }
    });
    handshakes.buffer_unordered(HANDSHAKES).filter_map(|outcome| async move {
        outcome.inspect_err(|error| tracing::debug!(%error, "a handshake failed")).ok().map(Ok)
    })
}

fn certificates(file: &PathBuf) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    CertificateDer::pem_slice_iter(&read(file)?)
        .collect::<Result<_, _>>()
        .map_err(|source| TlsError::NotPem { file: file.clone(), source })
}

fn read(file: &PathBuf) -> Result<Vec<u8>, TlsError> {
    fs::read(file).map_err(|source| TlsError::Unreadable { file: file.clone(), source })
}
