//! TLS: which certificates the server shows and asks for. The keys in `tls/` protect nothing.

use std::path::PathBuf;

use rangkai_proto::payments::v1::IssueBillRequest;
use rangkai_rpc::{EndpointConfig, TlsConfig, connect};
use tokio_rustls::rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
    version::{TLS12, TLS13},
};
use tonic::Code;
use tower::BoxError;

use crate::support::{Running, start};

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/rpc/tls").join(name)
}

async fn encrypted(client_authority_file: Option<PathBuf>) -> Running {
    start(|config| {
        config.tls = Some(TlsConfig {
            certificate_file: file("server.pem"),
            key_file: file("server-key.pem"),
            client_authority_file,
            handshake_timeout_ms: 60_000,
        });
    })
    .await
}

async fn call(mut server: Running, change: impl FnOnce(&mut EndpointConfig)) -> Result<(), Code> {
    let mut endpoint = EndpointConfig::at(format!("https://{}", server.address));
    endpoint.authority_file = Some(file("authority.pem"));
    change(&mut endpoint);
    server.channel = connect(&endpoint).unwrap();
    let answer = server.payments().issue_bill(IssueBillRequest::default()).await;
    answer.map(drop).map_err(|status| status.code())
}

#[tokio::test]
async fn a_call_is_encrypted_where_a_certificate_is_configured() {
    let plainly = |endpoint: &mut EndpointConfig| {
        endpoint.url = endpoint.url.replace("https:", "http:");
    };

    assert_eq!(call(encrypted(None).await, |_| {}).await, Ok(()));
    assert!(call(encrypted(None).await, plainly).await.is_err());
}

#[tokio::test]
async fn a_client_shows_its_certificate_where_one_is_asked_for() {
    let authority = || Some(file("authority.pem"));
    let show = |endpoint: &mut EndpointConfig| {
        endpoint.certificate_file = Some(file("client.pem"));
        endpoint.key_file = Some(file("client-key.pem"));
    };

    assert_eq!(call(encrypted(authority()).await, show).await, Ok(()));
    assert!(call(encrypted(authority()).await, |_| {}).await.is_err());
}

#[tokio::test]
async fn no_older_tls_is_spoken() {
    let server = encrypted(None).await;
    let shake = async |version| -> Result<(), BoxError> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(file("authority.pem"))?)?;
        let config = ClientConfig::builder_with_protocol_versions(&[version])
            .with_root_certificates(roots)
            .with_no_client_auth();
        let peer = tokio::net::TcpStream::connect(server.address).await?;
        let name = ServerName::try_from("localhost")?;
        tokio_rustls::TlsConnector::from(std::sync::Arc::new(config)).connect(name, peer).await?;
        Ok(())
    };

    assert!(shake(&TLS13).await.is_ok());
    assert!(shake(&TLS12).await.is_err());
}
