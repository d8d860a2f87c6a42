//! A log is read in the order of commit, by whoever may.

use std::sync::Arc;

use rangkai_db::{DbErr, Tx};
use rangkai_proto::{
    events::v1::{Event, ReadEventsRequest, event_service_client::EventServiceClient},
    r#type::v1::{Date, Money},
};
use tokio::sync::Notify;
use tonic::Code;
use uuid::Uuid;

use crate::support::{anybody, caller, day, places, read, serve, tell};

const DATE: &str = "rangkai.type.v1.Date";

fn days(events: &[Event]) -> Vec<i32> {
    events.iter().map(|event| rangkai_events::read::<Date>(event).unwrap().unwrap().day).collect()
}

#[tokio::test]
async fn a_fact_carries_what_an_event_needs() {
    for place in places().await {
        let db = place.open().await;
        let subject = Uuid::now_v7();
        tell(&db, "korlantas", subject, day(1)).await;
        let log = serve(&db, caller("korlantas")).await;

        let events = read(&log, ReadEventsRequest::default()).await;

        let [event] = &events[..] else { panic!("{} events", events.len()) };
        assert_eq!(
            [&event.r#type, &event.source, &event.agency, &event.subject, &event.traceparent],
            [DATE, "rangkai.type", "korlantas", &subject.to_string(), "00-trace"]
        );
        assert_eq!(event.position, 1);
        assert!(event.time.is_some() && event.id.parse::<Uuid>().is_ok());
        assert_eq!(days(&events), [1]);
        assert_eq!(rangkai_events::read::<Money>(event).unwrap(), None);
    }
}

#[tokio::test]
async fn a_reader_goes_on_after_a_position() {
    for place in places().await {
        let db = place.open().await;
        for number in 1..=30 {
            tell(&db, "korlantas", Uuid::nil(), day(number)).await;
        }
        let log = serve(&db, caller("korlantas")).await;

        let all = read(&log, ReadEventsRequest::default()).await;
        let rest = ReadEventsRequest { after_position: all[9].position, ..Default::default() };

        assert_eq!(days(&all), (1..=30).collect::<Vec<_>>());
        assert_eq!(days(&read(&log, rest).await), (11..=30).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn an_agency_reads_its_own_facts_only() {
    for place in places().await {
        let db = place.open().await;
        tell(&db, "korlantas", Uuid::nil(), day(1)).await;
        tell(&db, "dukcapil", Uuid::nil(), day(2)).await;

        let own = read(&serve(&db, caller("dukcapil")).await, ReadEventsRequest::default()).await;
        let all = read(&serve(&db, anybody()).await, ReadEventsRequest::default()).await;

        assert_eq!(days(&own), [2]);
        assert_eq!(days(&all), [1, 2]);
    }
}

#[tokio::test]
async fn a_reader_chooses_types_and_a_subject() {
    for place in places().await {
        let db = place.open().await;
        let (one, other) = (Uuid::now_v7(), Uuid::now_v7());
        tell(&db, "korlantas", one, day(1)).await;
        tell(&db, "korlantas", other, day(2)).await;
        let money =
            move |tx: Tx| async move { rangkai_events::record(&tx, one, &Money::default()).await };
        db.act::<_, DbErr, _, _>(caller("korlantas"), "tell", money).await.unwrap();
        let log = serve(&db, caller("korlantas")).await;

        let dates = ReadEventsRequest { types: vec![DATE.into()], ..Default::default() };
        let of_one = ReadEventsRequest { subject: one.to_string(), ..Default::default() };

        assert_eq!(days(&read(&log, dates).await), [1, 2]);
        assert_eq!(read(&log, of_one).await.len(), 2);
    }
}

#[tokio::test]
async fn a_request_that_breaks_its_contract_is_refused() {
    let db = places().await.remove(0).open().await;
    let mut log = EventServiceClient::new(serve(&db, caller("korlantas")).await);
    for wrong in [
        ReadEventsRequest { after_position: -1, ..Default::default() },
        ReadEventsRequest { subject: "me".into(), ..Default::default() },
        ReadEventsRequest { types: vec![DATE.into(); 51], ..Default::default() },
    ] {
        let status = log.read_events(wrong).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument);
    }
}

#[tokio::test]
async fn a_follower_gets_later_facts_too() {
    for place in places().await {
        let (db, elsewhere) = (place.open().await, place.open().await);
        let mut log = EventServiceClient::new(serve(&db, caller("korlantas")).await);
        let request = ReadEventsRequest { follow: true, ..Default::default() };
        let mut stream = log.read_events(request).await.unwrap().into_inner();

        for (number, teller) in [(1, &db), (2, &elsewhere), (3, &db)] {
            tell(teller, "korlantas", Uuid::nil(), day(number)).await;
            let event = stream.message().await.unwrap().unwrap().event.unwrap();
            assert_eq!(days(&[event]), [number]);
        }
    }
}

#[tokio::test]
async fn what_is_committed_late_is_not_passed_over() {
    // On `SQLite` there is one writer, so nothing is committed late.
    for place in places().await.iter().filter(|place| place.is_postgres()) {
        let db = place.open().await;
        let (written, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let slow = tokio::spawn({
            let (db, written, go_on) = (db.clone(), written.clone(), go_on.clone());
            let work = move |tx: Tx| {
                let (written, go_on) = (written.clone(), go_on.clone());
                async move {
                    rangkai_events::record(&tx, Uuid::nil(), &day(1)).await?;
                    written.notify_one();
                    go_on.notified().await;
                    Ok::<_, DbErr>(())
                }
            };
            async move { db.act(caller("korlantas"), "tell", work).await }
        });
        let log = serve(&db, caller("korlantas")).await;

        written.notified().await;
        tell(&db, "korlantas", Uuid::nil(), day(2)).await;
        let early = read(&log, ReadEventsRequest::default()).await;
        go_on.notify_one();
        slow.await.unwrap().unwrap();
        let after = ReadEventsRequest { after_position: early[0].position, ..Default::default() };

        assert_eq!(days(&early), [2]);
        assert_eq!(days(&read(&log, after).await), [1]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_at_once_agree_on_the_positions() {
    for place in places().await {
        let dbs = [place.open().await, place.open().await];
        for number in 1..=28 {
            tell(&dbs[0], "korlantas", Uuid::nil(), day(number)).await;
        }

        let readers: Vec<_> = (0..6)
            .map(|index| {
                let db = dbs[index % 2].clone();
                tokio::spawn(async move {
                    let log = serve(&db, caller("korlantas")).await;
                    read(&log, ReadEventsRequest::default()).await
                })
            })
            .collect();

        for reader in readers {
            let events = reader.await.unwrap();
            assert_eq!(days(&events), (1..=28).collect::<Vec<_>>());
            assert!(events.is_sorted_by(|one, next| one.position < next.position));
        }
    }
}
