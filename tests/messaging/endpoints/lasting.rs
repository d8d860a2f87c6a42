//! Endpoints that do not take what they asked for.

use rangkai_messaging::Messaging;
use rangkai_proto::messaging::v1::{
    Delivery, DeliveryState, DisableEndpointRequest, DisableReason, EnableEndpointRequest,
    EndpointDisabled, EndpointState, ErrorReason, ListEndpointsRequest, RetryDeliveryRequest,
    SendTestEventRequest,
};
use rangkai_testkit::{Kind, fresh, master_key};
use rstest::rstest;
use tonic::Code;

use super::{House, id, receiver::Habit};
use crate::messaging::stage::reason;

/// The steps of the default plan in seconds.
const STEPS: [u64; 7] = [5, 60, 300, 1_800, 7_200, 28_800, 86_400];

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_delivery_dies_after_the_plan_and_can_be_sent_again_once(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    house.receiver.will([Habit::Says(302, "location: http://127.0.0.1:1/"), Habit::Says(404, "")]);
    house.receiver.will([Habit::Says(500, ""); 6]);
    let endpoint = id(&house.one_queued("korlantas").await?);
    let mut korlantas = house.agency("korlantas")?;
    let delivery = house.newest("korlantas", &endpoint).await;
    let mut retry =
        RetryDeliveryRequest { request_id: fresh(), delivery_id: delivery.delivery_id.clone() };
    let early = korlantas.retry_delivery(retry.clone()).await.unwrap_err();
    assert_eq!(reason(&early).0, ErrorReason::DeliveryNotFinal.as_str_name());

    assert_eq!(house.send().await?, 1);
    assert_eq!(house.newest("korlantas", &endpoint).await.failure_reason, "status_302");
    for step in STEPS {
        let waiting = house.newest("korlantas", &endpoint).await;
        assert_eq!(waiting.state(), DeliveryState::Queued);
        assert!((step..=step + step / 5).contains(&wait(&waiting)), "{waiting:?}");
        assert_eq!(house.send().await?, 0);
        house.stage.advance(step + step / 5 + 1);
        assert_eq!(house.send().await?, 1);
    }
    let dead = house.newest("korlantas", &endpoint).await;
    assert_eq!((dead.state(), dead.attempt_count), (DeliveryState::Dead, 8));
    assert_eq!(dead.failure_reason, "status_500");
    assert_eq!(dead.next_attempt_time, None);
    let seen = house.receiver.seen();
    assert_eq!(seen.len(), 8);
    assert!(seen.iter().all(|webhook| webhook.id() == delivery.webhook_id));

    let again = korlantas.retry_delivery(retry.clone()).await?.into_inner().delivery.unwrap();
    assert_eq!(again.retry_of_delivery_id, delivery.delivery_id);
    assert_eq!(again.webhook_id, delivery.webhook_id);
    retry.request_id = fresh();
    let twice = korlantas.retry_delivery(retry).await.unwrap_err();
    assert_eq!(twice.code(), Code::FailedPrecondition);
    let (why, metadata) = reason(&twice);
    assert_eq!(why, ErrorReason::DeliveryAlreadyRetried.as_str_name());
    assert_eq!(metadata["delivery_id"], again.delivery_id);
    house.send().await?;
    assert_eq!(house.newest("korlantas", &endpoint).await.state(), DeliveryState::Delivered);
    let agent = house.stage.agent("korlantas")?;
    let told = |id: String| {
        let agent = agent.clone();
        async move { agent.facts(&id).await.map(|facts| facts.len()) }
    };
    assert_eq!(told(delivery.delivery_id).await?, 2);
    assert_eq!(told(again.delivery_id).await?, 2);
    Ok(())
}

/// How many seconds a delivery waits for its next attempt after the one before.
fn wait(delivery: &Delivery) -> u64 {
    let next = delivery.next_attempt_time.unwrap().seconds;
    (next - delivery.update_time.unwrap().seconds).try_into().unwrap()
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn of_two_who_send_a_delivery_again_one_does(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let endpoint = id(&house.one_queued("korlantas").await?);
    house.send().await?;
    let delivery_id = house.newest("korlantas", &endpoint).await.delivery_id;
    let retry = || RetryDeliveryRequest { request_id: fresh(), delivery_id: delivery_id.clone() };
    let (mut one, mut two) = (house.agency("korlantas")?, house.agency("korlantas")?);

    let (first, second) = tokio::join!(one.retry_delivery(retry()), two.retry_delivery(retry()));

    assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1);
    assert_eq!(house.deliveries("korlantas", &endpoint).await?.len(), 2);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_endpoint_that_is_gone_gets_nothing_until_it_is_enabled(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    house.receiver.will([Habit::Says(503, "retry-after: 3000"), Habit::Says(410, "")]);
    let endpoint = id(&house.one_queued("korlantas").await?);
    house.send().await?;
    assert_eq!(wait(&house.newest("korlantas", &endpoint).await), 3_000);
    house.stage.advance(2_000);
    house.teller.bill_paid("korlantas").await?;
    house.until_queued("korlantas", &endpoint, 2).await;
    assert_eq!(house.send().await?, 2, "the second ends the endpoint, and so the first");

    let mut korlantas = house.agency("korlantas")?;
    let listed = korlantas.list_endpoints(ListEndpointsRequest::default()).await?;
    let gone = listed.into_inner().endpoints.remove(0);
    assert_eq!(gone.state(), EndpointState::Disabled);
    assert_eq!(gone.disable_reason(), DisableReason::Gone);
    let deliveries = house.deliveries("korlantas", &endpoint).await?;
    let ends: Vec<_> = deliveries.iter().map(|it| it.failure_reason.as_str()).collect();
    assert_eq!(ends, ["gone", "endpoint_disabled"]);
    assert!(deliveries.iter().all(|delivery| delivery.state() == DeliveryState::Dead));
    let test = || SendTestEventRequest { request_id: fresh(), endpoint_id: endpoint.clone() };
    let refused = korlantas.send_test_event(test()).await.unwrap_err();
    assert_eq!(reason(&refused).0, ErrorReason::EndpointDisabled.as_str_name());
    let delivery_id = deliveries[0].delivery_id.clone();
    let retry = RetryDeliveryRequest { request_id: fresh(), delivery_id };
    let refused = korlantas.retry_delivery(retry.clone()).await.unwrap_err();
    assert_eq!(reason(&refused).0, ErrorReason::EndpointDisabled.as_str_name());

    // A fact of this time is not sent later; the one after is.
    let other = id(&house.register("korlantas").await?);
    house.teller.bill_paid("korlantas").await?;
    house.until_queued("korlantas", &other, 1).await;
    let enable = EnableEndpointRequest { request_id: fresh(), endpoint_id: endpoint.clone() };
    let enabled = korlantas.enable_endpoint(enable).await?.into_inner().endpoint.unwrap();
    assert_eq!(enabled.disable_reason(), DisableReason::Unspecified);
    let retry = RetryDeliveryRequest { request_id: fresh(), ..retry };
    korlantas.retry_delivery(retry).await?;
    house.teller.bill_paid("korlantas").await?;
    house.until_queued("korlantas", &endpoint, 4).await;
    assert_eq!(house.deliveries("korlantas", &endpoint).await?.len(), 4);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_endpoint_that_fails_for_long_is_disabled_with_a_fact(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::with(kind, |config| config.webhooks.disable_after_hours = 1).await?;
    house.receiver.will([Habit::Says(500, ""); 6]);
    let endpoint = id(&house.one_queued("korlantas").await?);
    house.send().await?;
    for step in &STEPS[..4] {
        house.stage.advance(step + step / 5 + 1);
        assert_eq!(house.send().await?, 1);
    }
    // The next comes after more than an hour without success, and makes what is queued due to die.
    house.stage.advance(STEPS[4] + STEPS[4] / 5 + 1);
    assert_eq!(house.send().await?, 2);
    let last = house.newest("korlantas", &endpoint).await;
    assert_eq!((last.state(), last.attempt_count), (DeliveryState::Dead, 6));
    let facts = house.stage.agent("korlantas")?.facts(&endpoint).await?;
    let disabled =
        facts.iter().find_map(|fact| rangkai_events::read::<EndpointDisabled>(fact).ok()?);
    assert_eq!(disabled.unwrap().reason(), DisableReason::Failing);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_webhook_whose_sender_died_is_sent_again_under_the_same_id(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let second = house.stage.second().await?;
    house.receiver.will([Habit::FallsSilent]);
    let registered = house.one_queued("korlantas").await?;
    let first = house.stage.messaging.clone();
    let sending = tokio::spawn(async move { first.send_webhooks_due().await });
    house.receiver.arrival().await;

    // The endpoint has it, and nobody lives to record that.
    sending.abort();
    assert!(sending.await.unwrap_err().is_cancelled());
    let delivery = house.newest("korlantas", &id(&registered)).await;
    assert_eq!(delivery.state(), DeliveryState::Sending);
    assert_eq!(second.send_webhooks_due().await?, 0);
    house.stage.advance(60);
    assert_eq!(second.send_webhooks_due().await?, 1);

    let delivery = house.newest("korlantas", &id(&registered)).await;
    assert_eq!((delivery.state(), delivery.attempt_count), (DeliveryState::Delivered, 2));
    let seen = house.receiver.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].id(), seen[1].id());
    assert_eq!(seen[0].body, seen[1].body);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_is_queued_dies_with_its_endpoint(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let endpoint_id = id(&house.one_queued("korlantas").await?);
    let mut korlantas = house.agency("korlantas")?;
    let request = DisableEndpointRequest { request_id: fresh(), endpoint_id: endpoint_id.clone() };
    let disabled = korlantas.disable_endpoint(request).await?.into_inner().endpoint.unwrap();
    assert_eq!(disabled.disable_reason(), DisableReason::Requested);
    assert_eq!(house.send().await?, 1);

    let delivery = house.newest("korlantas", &endpoint_id).await;
    assert_eq!((delivery.state(), delivery.attempt_count), (DeliveryState::Dead, 0));
    assert!(house.receiver.seen().is_empty());
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn the_rules_and_the_key_hold_at_each_sending(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let registered = house.one_queued("korlantas").await?;
    let mut config = house.stage.config.clone();
    config.outbound.allow.clear();
    let stricter = Messaging::open(&config, house.stage.clock.clone()).await?;
    assert_eq!(stricter.send_webhooks_due().await?, 1);
    let delivery = house.newest("korlantas", &id(&registered)).await;
    assert_eq!(delivery.failure_reason, "host_not_allowed");

    config.database.key = master_key()?;
    let mistaken = Messaging::open(&config, house.stage.clock.clone()).await?;
    house.stage.advance(7);
    assert_eq!(mistaken.send_webhooks_due().await?, 1);
    let delivery = house.newest("korlantas", &id(&registered)).await;
    assert_eq!(delivery.failure_reason, "unreadable");
    assert!(house.receiver.seen().is_empty());

    house.stage.advance(73);
    assert_eq!(house.send().await?, 1);
    let delivery = house.newest("korlantas", &id(&registered)).await;
    assert_eq!((delivery.state(), delivery.attempt_count), (DeliveryState::Delivered, 3));
    assert_eq!(delivery.failure_reason, "");
    Ok(())
}
