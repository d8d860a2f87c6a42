//! What a server does not do.

use rangkai_proto::{
    events::v1::ReadEventsRequest,
    payments::v1::{
        CancelBillRequest, FindBillRequest, GetBillRequest, IssueBillRequest, ListBillsRequest,
        bill_service_client::BillServiceClient,
    },
};
use tonic::{Code, Request};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tonic_types::StatusExt as _;

use crate::support::{bill_id, start};

#[tokio::test]
async fn a_call_without_a_token_is_refused() {
    let server = start(|_| {}).await;
    let mut bills = BillServiceClient::new(server.channel.clone());

    let status = bills.get_bill(GetBillRequest { bill_id: bill_id() }).await.unwrap_err();

    assert_eq!(status.code(), Code::Unauthenticated);
}

#[tokio::test]
async fn a_handler_that_panics_does_not_end_the_process() {
    let server = start(|_| {}).await;
    let mut bills = server.payments();

    let status = bills.find_bill(FindBillRequest::default()).await.unwrap_err();

    assert_eq!((status.code(), status.message()), (Code::Internal, "internal error"));
    assert!(bills.issue_bill(IssueBillRequest::default()).await.is_ok());
}

#[tokio::test]
async fn a_stream_that_panics_ends_with_internal() {
    let server = start(|_| {}).await;
    let mut events = server.events();

    let stream = events.read_events(ReadEventsRequest::default()).await.unwrap();
    let mut stream = stream.into_inner();

    assert_eq!(stream.message().await.unwrap_err().code(), Code::Internal);
    assert!(server.payments().issue_bill(IssueBillRequest::default()).await.is_ok());
}

#[tokio::test]
async fn a_request_that_is_too_large_is_refused() {
    let server = start(|config| config.max_receive_bytes = 1_000).await;
    let mut bills = server.payments();
    let request =
        |size: usize| IssueBillRequest { request_id: "x".repeat(size), ..Default::default() };

    assert!(bills.issue_bill(request(900)).await.is_ok());
    let status = bills.issue_bill(request(1_100)).await.unwrap_err();

    assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_sent() {
    let server = start(|config| config.max_send_bytes = 1_000).await;
    let mut bills = server.payments();
    let request = |size: usize| CancelBillRequest { etag: size.to_string(), ..Default::default() };

    assert!(bills.cancel_bill(request(900)).await.is_ok());
    let status = bills.cancel_bill(request(1_100)).await.unwrap_err();

    assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
}

#[tokio::test]
async fn a_call_has_the_time_that_its_contract_gives() {
    let server = start(|_| {}).await;
    let mut bills = server.payments();
    let mut request = Request::new(ListBillsRequest::default());
    request.set_timeout(std::time::Duration::from_hours(5));

    let answer = bills.list_bills(request).await.unwrap().into_inner();

    let (left, _) = answer.next_page_token.split_once(' ').unwrap();
    assert!(left.parse::<u64>().unwrap() <= 30, "{left}");
}

#[tokio::test]
async fn too_many_calls_are_refused_while_health_answers() {
    let server = start(|config| config.concurrency_limit = 1).await;
    let mut first = server.payments();
    let first = tokio::spawn(async move {
        first.get_bill(GetBillRequest { bill_id: bill_id() }).await.map(|_| ())
    });
    server.bills.entered.acquire().await.unwrap().forget();

    let status = server.payments().issue_bill(IssueBillRequest::default()).await.unwrap_err();
    let health = HealthClient::new(server.channel.clone())
        .check(HealthCheckRequest { service: "liveness".to_owned() })
        .await;
    // Streams have places of their own.
    let stream = server.events().read_events(ReadEventsRequest::default()).await;

    assert_eq!(status.code(), Code::Unavailable);
    assert!(status.get_details_retry_info().unwrap().retry_delay.is_some());
    assert!(health.is_ok() && stream.is_ok());
    server.bills.leave.add_permits(1);
    first.await.unwrap().unwrap();
    assert!(server.payments().issue_bill(IssueBillRequest::default()).await.is_ok());
}
