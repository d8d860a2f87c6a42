//! Time and cancelling.

use std::sync::Arc;

use rangkai_proto::workflow::v1::{ErrorReason, HistoryKind, InstanceState};
use rangkai_testkit::Kind;
use rstest::rstest;
use serde_json::json;
use tokio::sync::Notify;
use tonic::Code;
use tonic_types::StatusExt as _;

use super::{
    double::Play,
    support::{DAY, House, output, payment, refund},
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_due_happens_when_the_clock_moves(#[case] kind: Kind) -> anyhow::Result<()> {
    let (house, desk, _process) = House::at_work(kind).await?;
    let wait = desk.begin("- w: {wait: {days: 3}}\n- s: {set: {x: 1}}", &json!({})).await?;
    let limit = format!("- l: {{{}, timeout: {{after: P7D}}}}", payment());
    let limit = desk.begin(&limit, &json!({"bill": "7"})).await?;
    desk.at(&wait, "/do/0/w").await?;
    let waiting = desk.at(&limit, "/do/0/l").await?;
    assert_eq!(waiting.state(), InstanceState::Waiting);

    house.clock.advance(4 * DAY);
    assert_eq!(output(&desk.end(&wait).await?), json!({"x": 1}));
    assert_eq!(desk.at(&limit, "/do/0/l").await?.state(), InstanceState::Waiting);
    house.clock.advance(4 * DAY);

    let ended = desk.end(&limit).await?;
    assert_eq!(ended.state(), InstanceState::Faulted);
    let problem = ended.problem.unwrap();
    assert!(problem.r#type.ends_with("/errors/timeout"));
    assert_eq!((problem.status, problem.instance.as_str()), (408, "/do/0/l"));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_instance_sees_its_call_to_the_end(#[case] kind: Kind) -> anyhow::Result<()> {
    let (house, desk, _process) = House::at_work(kind).await?;
    let go = Arc::new(Notify::new());
    house.double.plan([Play::HoldBefore(go.clone())]);
    let tasks = format!("- one: {}\n- two: {}", refund("a"), refund("b"));
    let instance = desk.begin(&tasks, &json!({})).await?;
    house.double.until(|seen| seen.total() == 1).await?;

    let asked = desk.cancel(&instance).await?;
    assert_eq!(asked.state(), InstanceState::Running);
    go.notify_one();
    let ended = desk.end(&instance).await?;

    assert_eq!(ended.state(), InstanceState::Cancelled);
    assert_eq!(desk.cancel(&instance).await?.state(), InstanceState::Cancelled);
    assert_eq!((house.double.seen().total(), house.double.seen().effects.len()), (1, 1));
    let history = desk.history(&instance).await?;
    let last = history.last().unwrap();
    assert_eq!(last.kind(), HistoryKind::InstanceCancelled);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_waiting_instance_is_cancelled_at_once_and_an_ended_one_not(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let (_house, desk, _process) = House::at_work(kind).await?;
    let waiting = desk.begin("- w: {wait: {days: 3}}", &json!({})).await?;
    let ended = desk.begin("- s: {set: {x: 1}}", &json!({})).await?;
    desk.at(&waiting, "/do/0/w").await?;
    desk.end(&ended).await?;

    assert_eq!(desk.cancel(&waiting).await?.state(), InstanceState::Cancelled);
    let status = desk.cancel(&ended).await.unwrap_err();

    assert_eq!(status.code(), Code::FailedPrecondition);
    let info = status.get_details_error_info().unwrap();
    assert_eq!(info.reason, ErrorReason::InstanceEnded.as_str_name());
    assert_eq!(info.metadata["state"], "completed");
    let last = desk.history(&waiting).await?.pop().unwrap();
    assert_eq!(
        (last.kind(), last.detail.as_str()),
        (HistoryKind::InstanceCancelled, "no longer wanted")
    );
    Ok(())
}
