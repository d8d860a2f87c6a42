//! The log of events, as its readers see it.

use std::collections::{BTreeMap, BTreeSet};

use rangkai_proto::events::v1::Event;

use super::{AGENCIES, stage::Stage};
use crate::payments::{books::Books, events::read};

/// Facts, and how many rows say that they happened.
const FACTS: &[(&str, &str)] = &[
    ("TransferPosted", "FROM transfer WHERE kind = 'posted' AND source_id IS NULL"),
    ("TransferReserved", "FROM transfer WHERE kind = 'reserved'"),
    ("ReservationCaptured", "FROM transfer WHERE kind = 'captured'"),
    ("ReservationReleased", "FROM transfer WHERE kind = 'released'"),
    ("ReservationExpired", "FROM transfer WHERE kind = 'expired'"),
    ("BillIssued", "FROM bill"),
    ("BillPaid", "FROM bill WHERE state = 'paid'"),
    ("BillCancelled", "FROM bill WHERE state = 'cancelled'"),
    ("SuspenseOpened", "FROM suspense"),
    ("RefundIssued", "FROM refund"),
    ("RefundPaid", "FROM refund WHERE state = 'paid'"),
    ("VoucherPreactivated", "FROM voucher"),
    ("VoucherActivated", "FROM voucher WHERE state <> 'preactivated'"),
    ("VoucherRedeemed", "FROM redemption"),
];

/// With what the story of a thing begins.
const BEGINNINGS: [&str; 4] =
    ["BillIssued", "TransferReserved", "VoucherPreactivated", "SuspenseOpened"];

/// Sees that the log tells each fact once, in order, to both agencies and from both replicas.
pub(super) async fn prove(stage: &Stage, books: &Books) {
    let mut events = Vec::new();
    for agency in AGENCIES {
        let line = stage.clerk(agency, "reader".to_owned());
        let [one, other] =
            [read(line.to(0), "").await.unwrap(), read(line.to(1), "").await.unwrap()];
        assert_eq!(one, other, "the replicas tell the same");
        assert!(one.iter().all(|event| event.agency == agency));
        assert!(one.is_sorted_by_key(|event| event.position), "in order");
        println!("{:>6} rows: the log of {agency}", one.len());
        events.extend(one);
    }
    let ids: BTreeSet<_> = events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids.len(), events.len(), "each event has its own id");
    events.sort_by_key(|event| event.position);
    let told = i64::try_from(events.len()).unwrap();
    let positions: Vec<_> = events.iter().map(|event| event.position).collect();
    assert_eq!(positions, (1..=told).collect::<Vec<_>>(), "positions have no gap");
    assert_eq!(books.count("SELECT COUNT(*) FROM event").await.unwrap(), told);
    stories(&events);
    facts(&events, books).await;
}

/// Each story begins with its beginning.
fn stories(events: &[Event]) {
    let mut subjects: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for event in events {
        subjects.entry(&event.subject).or_default().push(name(event));
    }
    println!("{:>6} rows: subjects of events", subjects.len());
    for (subject, story) in subjects {
        let beginnings = story.iter().enumerate().filter(|(_, name)| BEGINNINGS.contains(name));
        let places: Vec<_> = beginnings.map(|(place, _)| place).collect();
        assert!(matches!(places[..], [] | [0]), "{subject}: {story:?}");
    }
}

/// Each fact is told as often as it happened.
async fn facts(events: &[Event], books: &Books) {
    for (fact, rows) in FACTS {
        let told = events.iter().filter(|event| name(event) == *fact).count();
        let happened = books.found(rows).await.unwrap();
        println!("{happened:>6} rows: {fact} is told once each");
        assert!(happened > 0, "nothing was looked at: {fact}");
        assert_eq!(i64::try_from(told).unwrap(), happened, "{fact}");
    }
}

fn name(event: &Event) -> &str {
    event.r#type.rsplit('.').next().unwrap_or_default()
}
