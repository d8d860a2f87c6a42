//! Callees that are away for long, or fail inside.

use rangkai_proto::workflow::v1::{HistoryKind, Instance, InstanceState};
use rangkai_testkit::Kind;
use rstest::rstest;
use serde_json::json;
use tonic::{Code, Status};

use super::{
    double::Play,
    invariants,
    support::{DAY, Desk, House, output, refund},
};

/// Longer than any test: a call that pauses goes on only because the test moves the clock.
const LONG: u64 = 60 * 60 * 1_000;

/// A house that leads one instance at a time and whose callee is away.
async fn deserted(kind: Kind) -> anyhow::Result<(House, Desk)> {
    let mut house = House::open(kind).await?;
    house.config.engine.call_pause_max_ms = LONG;
    house.config.engine.in_flight = 1;
    house.double.plan(vec![Play::Refuse(Status::unavailable("")); 1_000]);
    let desk = house.desk("korlantas")?;
    Ok((house, desk))
}

/// Begins an instance whose call gets no answer, until it rests: another one can be led meanwhile.
async fn rest(house: &House, desk: &Desk, tasks: &str) -> anyhow::Result<Instance> {
    let instance = desk.begin(tasks, &json!({})).await?;
    house.double.until(|seen| seen.total() > 0).await?;
    house.clock.advance(DAY / 48);
    let other = desk.begin("- s: {set: {x: 1}}", &json!({})).await?;
    output(&desk.end(&other).await?);
    Ok(instance)
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_callee_that_is_away_for_hours_ends_no_case(#[case] kind: Kind) -> anyhow::Result<()> {
    let (house, desk) = deserted(kind).await?;
    let process = house.process().await?;
    let instance = rest(&house, &desk, &format!("- c: {}", refund("b"))).await?;
    process.kill().await;
    let _next = house.process().await?;

    house.double.back();
    house.clock.advance(DAY);

    output(&desk.end(&instance).await?);
    let seen = house.double.seen();
    assert_eq!((seen.calls.len(), seen.effects.len()), (1, 1));
    assert!(seen.total() > 1);
    invariants::hold(&house).await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_instance_waits_for_a_callee_that_is_away(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let (house, desk) = deserted(kind).await?;
    let _process = house.process().await?;
    let tasks = format!("- one: {}\n- two: {}", refund("a"), refund("b"));
    let instance = rest(&house, &desk, &tasks).await?;

    assert_eq!(desk.cancel(&instance).await?.state(), InstanceState::Running);
    house.double.back();
    house.clock.advance(DAY);
    let ended = desk.end(&instance).await?;

    assert_eq!(ended.state(), InstanceState::Cancelled);
    assert_eq!(house.double.seen().effects.len(), 1);
    let last = desk.history(&instance).await?.pop().unwrap();
    assert_eq!(
        (last.kind(), last.detail),
        (HistoryKind::InstanceCancelled, "no longer wanted".into())
    );
    Ok(())
}

#[rstest]
#[case::led_on(Kind::Sqlite, false)]
#[case::cancelled(Kind::Sqlite, true)]
#[case::cancelled_postgres(Kind::Postgres, true)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_time_of_a_task_cuts_a_call_that_gets_no_answer(
    #[case] kind: Kind,
    #[case] cancelled: bool,
) -> anyhow::Result<()> {
    let (house, desk) = deserted(kind).await?;
    let _process = house.process().await?;
    let tasks = format!("- d: {{timeout: {{after: PT6H}}, do: [c: {}]}}", refund("b"));
    let instance = rest(&house, &desk, &tasks).await?;
    if cancelled {
        desk.cancel(&instance).await?;
    }

    house.clock.advance(DAY);
    let ended = desk.end(&instance).await?;

    if cancelled {
        assert_eq!(ended.state(), InstanceState::Cancelled);
    } else {
        assert!(ended.problem.unwrap().r#type.ends_with("/errors/timeout"));
    }
    assert_eq!(house.double.seen().effects.len(), 0);
    Ok(())
}

#[rstest]
#[case::internal(Code::Internal)]
#[case::unknown(Code::Unknown)]
#[case::data_loss(Code::DataLoss)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_inside_the_callee_is_an_error_only_after_a_while(
    #[case] code: Code,
) -> anyhow::Result<()> {
    let (house, desk, _process) = House::at_work(Kind::Sqlite).await?;
    let failure = Play::Refuse(Status::new(code, ""));
    let tasks = format!("- c: {}", refund("b"));
    house.double.plan(vec![failure.clone(); 3]);
    let lucky = desk.begin(&tasks, &json!({})).await?;
    output(&desk.end(&lucky).await?);

    house.double.plan(vec![failure; 4]);
    let unlucky = desk.begin(&tasks, &json!({})).await?;
    let ended = desk.end(&unlucky).await?;

    assert_eq!(ended.problem.unwrap().status, 500);
    let seen = house.double.seen();
    assert_eq!((seen.calls.len(), seen.total(), seen.effects.len()), (2, 8, 1));
    Ok(())
}
