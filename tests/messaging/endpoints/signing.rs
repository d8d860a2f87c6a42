//! Whoever receives a webhook can tell that it is genuine.

use rangkai_proto::messaging::v1::RotateSecretRequest;
use rangkai_testkit::{Kind, fresh};
use rangkai_webhooks::{SIGNATURE_HEADER, WebhookError};
use rstest::rstest;
use serde_json::json;

use super::{House, id};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_webhook_is_a_signed_cloud_event_that_nobody_can_forge_or_repeat(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let registered = house.register("korlantas").await?;
    let bill = house.teller.bill_paid("korlantas").await?.to_string();
    house.until_queued("korlantas", &id(&registered), 1).await;
    assert_eq!(house.send().await?, 1);

    let received = house.receiver.seen().remove(0);
    let now = house.stage.clock.now();
    let delivery = house.newest("korlantas", &id(&registered)).await;
    assert_eq!(received.verify(&registered.secret, now), Ok(()));
    assert_eq!(received.header("content-type"), "application/cloudevents+json");
    assert_eq!(received.id(), delivery.webhook_id);
    let event = received.json();
    assert_eq!(event["specversion"], "1.0");
    assert_eq!(event["id"], json!(delivery.event_id));
    assert_eq!(event["source"], "rangkai.payments");
    assert_eq!(event["type"], "rangkai.payments.v1.BillPaid");
    assert_eq!(event["subject"], json!(bill));
    assert_eq!(event["data"]["billId"], json!(bill));
    assert_eq!(event["datacontenttype"], "application/json");

    let mut forged = received.clone();
    forged.body = forged.body.to_ascii_uppercase();
    assert_eq!(forged.verify(&registered.secret, now), Err(WebhookError::NoSignatureFits));
    let other = house.register("korlantas").await?.secret;
    assert_eq!(received.verify(&other, now), Err(WebhookError::NoSignatureFits));
    house.stage.advance(301);
    let later = house.stage.clock.now();
    assert_eq!(received.verify(&registered.secret, later), Err(WebhookError::TooOld));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn while_a_secret_is_replaced_both_sign(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let registered = house.one_queued("korlantas").await?;
    let mut korlantas = house.agency("korlantas")?;
    let mut rotate = RotateSecretRequest {
        request_id: fresh(),
        endpoint_id: id(&registered),
        overlap: Some(prost_types::Duration { seconds: 3_600, nanos: 0 }),
    };
    let second = korlantas.rotate_secret(rotate.clone()).await?.into_inner();
    assert!(second.endpoint.unwrap().previous_secret_end_time.is_some());
    house.send().await?;

    let both = house.receiver.seen().remove(0);
    let now = house.stage.clock.now();
    assert_eq!(both.header(SIGNATURE_HEADER).split(' ').count(), 2);
    assert_eq!(both.verify(&registered.secret, now), Ok(()));
    assert_eq!(both.verify(&second.secret, now), Ok(()));

    house.stage.advance(3_600);
    house.teller.bill_paid("korlantas").await?;
    house.until_queued("korlantas", &id(&registered), 2).await;
    house.send().await?;
    let one = house.receiver.seen().remove(1);
    let now = house.stage.clock.now();
    assert_eq!(one.verify(&registered.secret, now), Err(WebhookError::NoSignatureFits));
    assert_eq!(one.verify(&second.secret, now), Ok(()));

    // Without an overlap, as after a leak, the secret before ends at once.
    rotate.request_id = fresh();
    rotate.overlap = Some(prost_types::Duration::default());
    let third = korlantas.rotate_secret(rotate).await?.into_inner();
    house.teller.bill_paid("korlantas").await?;
    house.until_queued("korlantas", &id(&registered), 3).await;
    house.send().await?;
    let last = house.receiver.seen().remove(2);
    assert_eq!(last.verify(&second.secret, now), Err(WebhookError::NoSignatureFits));
    assert_eq!(last.verify(&third.secret, now), Ok(()));
    Ok(())
}
