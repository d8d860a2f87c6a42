//! What health and reflection say.

use std::sync::atomic::Ordering;

use futures::StreamExt as _;
use tonic::{Code, Status};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
};

use crate::support::{Running, start};

const BILLS: &str = "rangkai.payments.v1.BillService";

async fn status(server: &Running, service: &str) -> ServingStatus {
    let mut health = HealthClient::new(server.channel.clone());
    let answer = health.check(HealthCheckRequest { service: service.to_owned() }).await.unwrap();
    answer.into_inner().status()
}

#[tokio::test]
async fn readiness_follows_the_block_and_liveness_does_not() {
    let server = start(|_| {}).await;
    let mut health = HealthClient::new(server.channel.clone());
    let readiness = HealthCheckRequest { service: "readiness".to_owned() };
    let mut readiness = health.watch(readiness).await.unwrap().into_inner();
    let ready = readiness.message().await.unwrap().unwrap().status();
    assert_eq!((ready, status(&server, BILLS).await), (ServingStatus::Serving, ready));

    server.ready.store(false, Ordering::SeqCst);

    assert_eq!(readiness.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
    assert_eq!(status(&server, "").await, ServingStatus::Serving);
    assert_eq!(status(&server, "liveness").await, ServingStatus::Serving);
}

async fn reflect(server: &Running, request: MessageRequest) -> Result<MessageResponse, Status> {
    let mut reflection = ServerReflectionClient::new(server.channel.clone());
    let request = ServerReflectionRequest { host: String::new(), message_request: Some(request) };
    let requests = futures::stream::iter([request]);
    let answers = reflection.server_reflection_info(requests).await.unwrap().into_inner();
    let answers: Vec<_> = answers.collect().await;
    answers[0].clone().map(|answer| answer.message_response.unwrap())
}

#[tokio::test]
async fn reflection_shows_what_is_served_and_nothing_else() {
    let server = start(|_| {}).await;

    let list = reflect(&server, MessageRequest::ListServices(String::new())).await;
    let ours = reflect(&server, MessageRequest::FileContainingSymbol(BILLS.to_owned())).await;
    let theirs = "rangkai.identity.v1.TokenService".to_owned();
    let theirs = reflect(&server, MessageRequest::FileContainingSymbol(theirs)).await;

    let Ok(MessageResponse::ListServicesResponse(list)) = list else { panic!("{list:?}") };
    let mut names: Vec<_> = list.service.into_iter().map(|service| service.name).collect();
    names.sort();
    assert_eq!(
        names,
        [
            "grpc.health.v1.Health",
            "grpc.reflection.v1.ServerReflection",
            "grpc.reflection.v1alpha.ServerReflection",
            "rangkai.events.v1.EventService",
            BILLS,
        ]
    );
    let Ok(MessageResponse::FileDescriptorResponse(file)) = ours else { panic!("{ours:?}") };
    // The scopes, which prost's own descriptor type would have dropped.
    let scope = b"payments.bills.write";
    assert!(file.file_descriptor_proto[0].windows(scope.len()).any(|bytes| bytes == scope));
    assert_eq!(theirs.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn reflection_can_be_switched_off() {
    let server = start(|config| config.reflection = false).await;
    let mut reflection = ServerReflectionClient::new(server.channel.clone());

    let answer = reflection.server_reflection_info(futures::stream::empty()).await;

    assert_eq!(answer.unwrap_err().code(), Code::Unimplemented);
}
