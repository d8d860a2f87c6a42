//! A change that is asked for twice happens once.

use std::fmt::Debug;

use rangkai_proto::messaging::v1::{
    DisableEndpointRequest, EnableEndpointRequest, RegisterEndpointRequest, RetryDeliveryRequest,
    RotateSecretRequest, SendTestEventRequest, UpdateEndpointRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use tonic::{Response, Status};

use super::{Endpoints, House, asking, id};
use crate::messaging::contract::is_reused;

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_retry_gets_the_first_answer_and_other_content_is_refused(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let endpoint_id = id(&house.one_queued("korlantas").await?);
    house.send().await?;
    let delivery_id = house.newest("korlantas", &endpoint_id).await.delivery_id;
    let agency = house.agency("korlantas")?;
    let (url, types) = (house.receiver.url("/new"), ["rangkai.payments.v1.*"]);

    let ask = asking(&url, &types);
    let other = RegisterEndpointRequest { url: house.receiver.url("/"), ..ask.clone() };
    twice(&agency, ask, other, |mut it, ask| async move { it.register_endpoint(ask).await }).await;

    let ask = UpdateEndpointRequest {
        request_id: fresh(),
        endpoint_id: endpoint_id.clone(),
        url: url.clone(),
        event_types: types.map(str::to_owned).to_vec(),
        etag: String::new(),
    };
    let other = UpdateEndpointRequest { endpoint_id: fresh(), ..ask.clone() };
    twice(&agency, ask, other, |mut it, ask| async move { it.update_endpoint(ask).await }).await;

    let ask = RotateSecretRequest {
        request_id: fresh(),
        endpoint_id: endpoint_id.clone(),
        overlap: None,
    };
    let other = RotateSecretRequest { endpoint_id: fresh(), ..ask.clone() };
    twice(&agency, ask, other, |mut it, ask| async move { it.rotate_secret(ask).await }).await;

    let ask = SendTestEventRequest { request_id: fresh(), endpoint_id: endpoint_id.clone() };
    let other = SendTestEventRequest { endpoint_id: fresh(), ..ask.clone() };
    twice(&agency, ask, other, |mut it, ask| async move { it.send_test_event(ask).await }).await;

    let ask = RetryDeliveryRequest { request_id: fresh(), delivery_id };
    let other = RetryDeliveryRequest { delivery_id: fresh(), ..ask.clone() };
    twice(&agency, ask, other, |mut it, ask| async move { it.retry_delivery(ask).await }).await;
    // One that was delivered, one that tests, and one that was asked for again.
    assert_eq!(house.deliveries("korlantas", &endpoint_id).await?.len(), 3);

    let ask = DisableEndpointRequest { request_id: fresh(), endpoint_id: endpoint_id.clone() };
    let other = DisableEndpointRequest { endpoint_id: fresh(), ..ask.clone() };
    twice(&agency, ask, other, |mut it, ask| async move { it.disable_endpoint(ask).await }).await;

    let ask = EnableEndpointRequest { request_id: fresh(), endpoint_id: endpoint_id.clone() };
    let other = EnableEndpointRequest { endpoint_id: fresh(), ..ask.clone() };
    twice(&agency, ask, other, |mut it, ask| async move { it.enable_endpoint(ask).await }).await;
    let facts = house.stage.agent("korlantas")?.facts(&endpoint_id).await?;
    assert_eq!(facts.len(), 5, "each of five changes is told once");
    Ok(())
}

/// Asks twice at once and once more, and then for something else under the same id.
async fn twice<Ask, Answer, F, Fut>(agency: &Endpoints, ask: Ask, other: Ask, call: F)
where
    Ask: Clone,
    Answer: Debug + PartialEq,
    F: Fn(Endpoints, Ask) -> Fut,
    Fut: Future<Output = Result<Response<Answer>, Status>>,
{
    let asked = || call(agency.clone(), ask.clone());
    let (one, two) = tokio::try_join!(asked(), asked()).unwrap();
    let first = one.into_inner();
    assert_eq!(two.into_inner(), first);
    assert_eq!(asked().await.unwrap().into_inner(), first);
    is_reused(&call(agency.clone(), other).await.unwrap_err());
}
