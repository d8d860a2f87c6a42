//! A block that is asked to stop finishes what it has begun.

use std::sync::Arc;

use rangkai::{Cast, Screen, call};
use serde_json::json;
use tokio::{sync::Barrier, task::JoinSet};

use super::blocks::Blocks;

const CALLS: u32 = 40;

/// Each call gets its answer: from the process that was asked to stop, or, sent again with the same
/// request id, from the next one. None has two effects.
#[tokio::test(flavor = "multi_thread")]
async fn calls_under_way_survive_a_stop() {
    let blocks = Blocks::start("info,sqlx=warn").await;
    let cast = Cast::assemble(&blocks.site(), &mut Screen::dark()).await.unwrap();
    let books = blocks.books().await;
    let before = books.count("payments", "SELECT count(*) FROM tariff").await;
    let begun = Arc::new(Barrier::new(2));
    let mut calls = JoinSet::new();
    for number in 0..CALLS {
        let (chief, begun) = (cast.chief.clone(), Arc::clone(&begun));
        calls.spawn(async move {
            if number == CALLS / 2 {
                begun.wait().await;
            }
            let request = json!({
                "code": format!("test.{number}"),
                "title": { "id": "Uji", "en": "Test" },
                "amount": { "currencyCode": "IDR", "units": "1000" },
                "legalBasis": "PP 76/2020",
                "effectiveFrom": { "year": 2026, "month": 1, "day": 1 },
            });
            call(&chief, "rangkai.payments.v1.TariffService/PublishTariff", request).await
        });
    }
    begun.wait().await;

    let ended = blocks.stop("payments");
    blocks.start_again("payments");

    assert!(ended.success(), "payments ended: {ended}");
    while let Some(answered) = calls.join_next().await {
        answered.unwrap().unwrap();
    }
    let after = books.count("payments", "SELECT count(*) FROM tariff").await;
    assert_eq!(after - before, i64::from(CALLS));
}
