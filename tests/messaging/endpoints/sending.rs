//! Which facts reach whom.

use std::collections::BTreeSet;

use rangkai_proto::messaging::v1::{DeliveryState, SendTestEventRequest};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use tokio_util::sync::CancellationToken;

use super::{House, asking, id, listen, receiver::Habit, states};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_fact_reaches_every_endpoint_of_its_agency_that_asked_for_it_and_no_other(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let (mut korlantas, mut dukcapil) = (house.agency("korlantas")?, house.agency("dukcapil")?);
    let paid = "rangkai.payments.v1.BillPaid";
    let mut endpoints = Vec::new();
    for (agency, path, types) in [
        (&mut korlantas, "/all", ["rangkai.payments.v1.*", "rangkai.workflow.v1.*"]),
        (&mut dukcapil, "/other", ["rangkai.payments.v1.*", paid]),
    ] {
        let request = asking(&house.receiver.url(path), &types);
        endpoints.push(agency.register_endpoint(request).await?.into_inner());
    }
    let request = asking(&house.receiver.url("/paid"), &[paid]);
    let narrow = korlantas.register_endpoint(request).await?.into_inner();

    let bill = house.teller.bill_issued("korlantas").await?;
    house.teller.bill_paid("korlantas").await?;
    house.teller.bill_paid("nobody").await?;
    house.teller.bill_paid("dukcapil").await?;
    // Facts are heard in their order: when the last is here, all are.
    house.until_queued("dukcapil", &id(&endpoints[1]), 1).await;
    assert_eq!(house.send().await?, 4);

    let seen = house.receiver.seen();
    let paths = |path| seen.iter().filter(move |webhook| webhook.path == path);
    assert_eq!(paths("/all").count(), 2);
    assert_eq!(paths("/paid").count(), 1);
    assert_eq!(paths("/other").count(), 1);
    assert!(paths("/all").any(|it| it.json()["subject"] == bill.to_string()));
    assert!(paths("/paid").all(|it| it.json()["type"] == paid));
    assert!(paths("/other").all(|it| it.verify(&endpoints[1].secret, now(&house)).is_ok()));
    let ids: BTreeSet<_> = seen.iter().map(|webhook| webhook.id().to_owned()).collect();
    assert_eq!(ids.len(), 4);
    let deliveries = house.deliveries("korlantas", &id(&narrow)).await?;
    assert_eq!(states(&deliveries), [DeliveryState::Delivered].into());
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn two_replicas_hear_each_fact_once_and_send_it_once(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    const FACTS: usize = 30;
    let house = House::open(kind).await?;
    let second = house.stage.second().await?;
    let _listening = listen(&second);
    let registered = house.register("korlantas").await?;
    for _ in 0..FACTS {
        house.teller.bill_paid("korlantas").await?;
    }
    house.until_queued("korlantas", &id(&registered), FACTS).await;

    while tokio::try_join!(house.send(), second.send_webhooks_due())? != (0, 0) {}

    let seen = house.receiver.seen();
    let subjects: BTreeSet<_> = seen.iter().map(|it| it.json()["subject"].to_string()).collect();
    assert_eq!((seen.len(), subjects.len()), (FACTS, FACTS));
    let deliveries = house.deliveries("korlantas", &id(&registered)).await?;
    assert_eq!(deliveries.len(), FACTS);
    assert_eq!(states(&deliveries), [DeliveryState::Delivered].into());
    assert!(deliveries.iter().all(|delivery| delivery.attempt_count == 1));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_block_at_work_sends_by_itself(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let registered = house.register("korlantas").await?;
    let stop = CancellationToken::new();
    let (working, until) = (house.stage.messaging.clone(), stop.clone());
    let work = tokio::spawn(async move { working.work(until).await });

    house.teller.bill_paid("korlantas").await?;
    house.receiver.arrival().await;
    let request = SendTestEventRequest { request_id: fresh(), endpoint_id: id(&registered) };
    house.agency("korlantas")?.send_test_event(request).await?;
    house.receiver.arrival().await;
    stop.cancel();
    work.await?;

    let deliveries = house.deliveries("korlantas", &id(&registered)).await?;
    assert_eq!(states(&deliveries), [DeliveryState::Delivered].into());
    assert_eq!(house.receiver.seen()[1].json()["type"], "rangkai.messaging.v1.EndpointTested");
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_endpoint_that_hangs_holds_up_no_other(#[case] kind: Kind) -> anyhow::Result<()> {
    // Whoever waited for the one that hangs would wait longer than this test.
    let house = House::with(kind, |config| {
        config.outbound.timeout_ms = 1_200_000;
        config.webhooks.hold_seconds = 3_600;
    })
    .await?;
    house.receiver.will([Habit::FallsSilent]);
    house.register("korlantas").await?;
    house.register("dukcapil").await?;
    let working = house.stage.messaging.clone();
    let stop = CancellationToken::new();
    let _stopping = stop.clone().drop_guard();
    tokio::spawn(async move { working.work(stop).await });

    house.teller.bill_paid("korlantas").await?;
    house.receiver.arrival().await;
    house.teller.bill_paid("dukcapil").await?;
    house.receiver.arrival().await;

    assert_eq!(house.receiver.seen().len(), 2);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_has_been_over_for_long_is_forgotten(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let endpoint_id = id(&house.one_queued("korlantas").await?);
    house.send().await?;
    house.stage.advance(29 * 86_400);
    house.teller.bill_paid("korlantas").await?;
    house.until_queued("korlantas", &endpoint_id, 2).await;
    house.stage.messaging.forget_webhooks().await?;
    assert_eq!(house.deliveries("korlantas", &endpoint_id).await?.len(), 2);

    // What is still under way stays, however old it is.
    house.stage.advance(32 * 86_400);
    house.stage.messaging.forget_webhooks().await?;
    let kept = house.deliveries("korlantas", &endpoint_id).await?;
    assert_eq!(states(&kept), [DeliveryState::Queued].into());
    assert_eq!(house.send().await?, 1);
    Ok(())
}

fn now(house: &House) -> rangkai_primitives::Timestamp {
    house.stage.clock.now()
}
