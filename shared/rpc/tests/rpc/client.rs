//! What the client adds to a call.

use std::time::Duration;

use rangkai_proto::payments::v1::{
    GetBillRequest, IssueBillRequest, ListBillsRequest, bill_service_client::BillServiceClient,
};
use rangkai_rpc::Client;
use tonic::{Code, Request};

use crate::support::start;

#[tokio::test]
async fn a_call_carries_its_token_and_its_deadline() {
    let server = start(|_| {}).await;

    let answer = server.payments().list_bills(ListBillsRequest::default()).await.unwrap();

    // The contract gives it some seconds; without a deadline of its own the server's would be 10.
    let answer = answer.into_inner().next_page_token;
    let (left, _) = answer.split_once(' ').unwrap();
    assert!(left.parse::<u64>().unwrap() < 10, "{left}");
}

#[tokio::test]
async fn a_client_without_a_token_sends_none() {
    let server = start(|_| {}).await;
    let mut bills = BillServiceClient::new(Client::new(server.channel.clone()));

    let status = bills.issue_bill(IssueBillRequest::default()).await.unwrap_err();

    assert_eq!(status.code(), Code::Unauthenticated);
}

#[tokio::test]
async fn a_caller_waits_no_longer_than_its_deadline() {
    let server = start(|_| {}).await;
    let mut request = Request::new(GetBillRequest::default());
    request.set_timeout(Duration::from_millis(20));

    let status = server.payments().get_bill(request).await.unwrap_err();

    assert_eq!(status.code(), Code::DeadlineExceeded, "{status:?}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let server = start(|_| {}).await;
    let mut bills = server.payments();
    server.stop.send(()).unwrap();
    server.ended.await.unwrap().unwrap();

    let status = bills.issue_bill(IssueBillRequest::default()).await.unwrap_err();

    assert_eq!(status.code(), Code::Unavailable, "{status:?}");
}
