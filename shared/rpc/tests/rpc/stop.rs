//! Stopping: what is under way ends well, and nothing holds it for ever.

use rangkai_proto::{events::v1::ReadEventsRequest, payments::v1::GetBillRequest};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tonic::Code;
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use crate::support::start;

const AN_HOUR: u64 = 3_600_000;

#[tokio::test]
async fn a_call_under_way_gets_its_answer() {
    let server = start(|config| config.drain_ms = AN_HOUR).await;
    let mut bills = server.payments();
    let call = tokio::spawn(async move { bills.get_bill(GetBillRequest::default()).await });
    server.bills.entered.acquire().await.unwrap().forget();

    server.stop.send(()).unwrap();
    server.bills.leave.add_permits(1);

    assert!(call.await.unwrap().is_ok());
    drop(server.channel);
    server.ended.await.unwrap().unwrap();
}

#[tokio::test]
async fn streams_end_so_that_their_readers_go_elsewhere() {
    let server = start(|config| config.drain_ms = AN_HOUR).await;
    let request = ReadEventsRequest { follow: true, ..ReadEventsRequest::default() };
    let mut events = server.events().read_events(request).await.unwrap().into_inner();
    let mut health = HealthClient::new(server.channel.clone());
    let mut health = health.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    assert!(events.message().await.unwrap().is_some());
    assert!(health.message().await.unwrap().is_some());

    server.stop.send(()).unwrap();

    assert_eq!(events.message().await.unwrap_err().code(), Code::Unavailable);
    assert_eq!(health.message().await.unwrap_err().code(), Code::Unavailable);
    server.ended.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_silent_peer_does_not_hold_the_stop() {
    let server = start(|config| config.drain_ms = 20).await;
    let mut peer = TcpStream::connect(server.address).await.unwrap();
    // The preface of HTTP/2 and empty settings; after that, not a word.
    peer.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    let mut settings = [0; 9];
    peer.read_exact(&mut settings).await.unwrap();

    server.stop.send(()).unwrap();

    server.ended.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_call_that_does_not_end_does_not_hold_the_stop() {
    let server = start(|config| config.drain_ms = 20).await;
    let mut bills = server.payments();
    let call = tokio::spawn(async move { bills.get_bill(GetBillRequest::default()).await });
    server.bills.entered.acquire().await.unwrap().forget();

    server.stop.send(()).unwrap();

    server.ended.await.unwrap().unwrap();
    call.abort();
}
