//! What was taken is given back, through every process that ends on the way.

use rangkai_proto::workflow::v1::{ErrorReason, HistoryKind, InstanceState};
use rangkai_testkit::Kind;
use rstest::rstest;
use serde_json::json;
use std::sync::Arc;
use tokio::sync::Notify;
use tonic::Code;
use tonic_types::StatusExt as _;

use super::{
    double::Play,
    support::{House, refund},
};

/// A call that takes something, and one that gives it back.
fn take(name: &str) -> String {
    let call = "call: 'rangkai.payments.v1.RefundService.IssueRefund:1@default'";
    format!(
        "- {name}:\n    {call}\n    with: {{billId: '{name}', reason: test}}\n    metadata:\n      \
         effect: provisional\n      undo: [{{back: {}}}]\n",
        refund("back")
    )
}

const END: &str =
    "- decide: {set: {x: 1}, metadata: {effect: final, notice: true}}\n- later: {wait: P1D}";

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_case_gives_back_once_though_its_process_is_killed(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let (house, desk, process) = House::at_work(kind).await?;
    let tasks = format!("{}{}- w: {{wait: P1D}}\n{END}", take("a"), take("b"));
    let instance = desk.begin(&tasks, &json!({})).await?;
    desk.at(&instance, "/do/2/w").await?;
    let go = Arc::new(Notify::new());
    house.double.plan([Play::HoldAfter(Arc::clone(&go))]);

    desk.cancel(&instance).await?;
    house.double.until(|seen| seen.total() == 3).await?;
    process.kill().await;
    go.notify_one();
    let _other = house.process().await?;

    assert_eq!(desk.end(&instance).await?.state(), InstanceState::Cancelled);
    let seen = house.double.seen();
    // Two were taken and two given back; one of these was asked for again, under the same id.
    assert_eq!((seen.calls.len(), seen.total(), seen.effects.len()), (4, 5, 4));
    let undone = desk.history(&instance).await?;
    let undone = undone.iter().filter(|entry| entry.kind() == HistoryKind::TaskUndone);
    assert_eq!(undone.map(|entry| entry.task.as_str()).collect::<Vec<_>>(), ["/do/1/b", "/do/0/a"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_cancels_what_only_goes_forward(#[case] kind: Kind) -> anyhow::Result<()> {
    let (house, desk, _process) = House::at_work(kind).await?;
    let instance = desk.begin(&format!("{}{END}", take("a")), &json!({})).await?;
    desk.at(&instance, "/do/2/later").await?;

    let status = desk.cancel(&instance).await.unwrap_err();

    assert_eq!(status.code(), Code::FailedPrecondition);
    let details = status.get_error_details();
    let reason = details.error_info().map(|info| info.reason.as_str());
    assert_eq!(reason, Some(ErrorReason::PastFinalStep.as_str_name()));
    assert_eq!(house.double.seen().total(), 1);
    assert_eq!(desk.at(&instance, "/do/2/later").await?.state(), InstanceState::Waiting);
    Ok(())
}
