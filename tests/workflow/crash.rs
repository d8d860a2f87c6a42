//! Killed at every boundary: each effect happens once, and the instance goes on.

use std::sync::Arc;

use rangkai_testkit::Kind;
use rstest::rstest;
use serde_json::json;
use tokio::sync::Notify;

use super::{
    double::{Double, Play},
    invariants,
    support::{Desk, House, output, refund},
};

/// Two calls, the second of which needs the answer to the first.
async fn begin(desk: &Desk) -> anyhow::Result<rangkai_proto::workflow::v1::Instance> {
    let second = "{call: 'rangkai.payments.v1.RefundService.IssueRefund:1@default', \
                  with: {billId: '${ .refund.refundId }', reason: test}}";
    let tasks = format!("- one: {}\n- two: {second}\n- s: {{set: {{done: true}}}}", refund("b"));
    Ok(desk.begin(&tasks, &json!({})).await?)
}

/// How many requests came, how many calls in all, and how many effects there were.
fn counts(double: &Double) -> (usize, usize, usize) {
    let seen = double.seen();
    (seen.calls.len(), seen.total(), seen.effects.values().sum())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_before_anything_began(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.desk("korlantas")?;
    let instance = begin(&desk).await?;
    house.process().await?.kill().await;

    let _next = house.process().await?;

    assert_eq!(output(&desk.end(&instance).await?), json!({"done": true}));
    let (requests, _, effects) = counts(&house.double);
    assert_eq!((requests, effects), (2, 2));
    Ok(())
}

#[rstest]
#[case::sqlite_before(Kind::Sqlite, false)]
#[case::sqlite_after(Kind::Sqlite, true)]
#[case::postgres_before(Kind::Postgres, false)]
#[case::postgres_after(Kind::Postgres, true)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_a_call_is_under_way(
    #[case] kind: Kind,
    #[case] after: bool,
) -> anyhow::Result<()> {
    for position in [1, 2] {
        let (house, desk, process) = House::at_work(kind).await?;
        let go = Arc::new(Notify::new());
        let hold = if after { Play::HoldAfter(go.clone()) } else { Play::HoldBefore(go.clone()) };
        house.double.plan(vec![Play::Answer; position - 1].into_iter().chain([hold]));
        let instance = begin(&desk).await?;
        house.double.until(|seen| seen.total() == position).await?;

        process.kill().await;
        go.notify_one();
        let _next = house.process().await?;

        assert_eq!(output(&desk.end(&instance).await?), json!({"done": true}));
        assert_eq!(counts(&house.double), (2, 3, 2));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_every_effect_happens_once(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.desk("korlantas")?;
    let calls: Vec<_> = (0..6).map(|at| format!("- c{at}: {}", refund(&at.to_string()))).collect();
    let mut instances = Vec::new();
    desk.publish("chain", &calls.join("\n")).await?;
    for _ in 0..5 {
        instances.push(desk.start("chain", &json!({})).await?);
    }
    // Whatever the process does when a further call arrives, it does not end it.
    for calls in [1, 3, 6, 10, 15, 21, 28] {
        let process = house.process().await?;
        house.double.until(|seen| seen.total() >= calls).await?;
        process.kill().await;
    }

    let _last = house.process().await?;

    for instance in &instances {
        output(&desk.end(instance).await?);
    }
    let (requests, _, effects) = counts(&house.double);
    assert_eq!((requests, effects), (30, 30));
    let rows = invariants::hold(&house).await?;
    eprintln!("invariants hold over {rows} rows");
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_is_asked_to_stop_keeps_the_answer(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let (house, desk, process) = House::at_work(kind).await?;
    let go = Arc::new(Notify::new());
    house.double.plan([Play::HoldAfter(go.clone())]);
    let instance = begin(&desk).await?;
    house.double.until(|seen| seen.total() == 1).await?;

    let (stopped, ()) = tokio::join!(process.stop(), async { go.notify_one() });
    stopped?;
    let _next = house.process().await?;

    assert_eq!(output(&desk.end(&instance).await?), json!({"done": true}));
    assert_eq!(counts(&house.double), (2, 2, 2));
    Ok(())
}
