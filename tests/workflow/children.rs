//! Instances that others run, and events that instances tell each other.

use std::time::Duration;

use rangkai_proto::workflow::v1::{Instance, InstanceState, ListInstancesRequest};
use rangkai_testkit::Kind;
use rstest::rstest;
use serde_json::json;

use super::{
    privacy::rows,
    support::{Desk, House, output, paid, payment},
};

const RUN: &str = "run: {workflow: {namespace: test, name: child, input: '${ . }'}}";

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parent_gets_what_its_child_gave_though_its_process_was_killed(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let (house, desk, process) = House::at_work(kind).await?;
    desk.publish("child", &format!("- l: {{{}}}", payment())).await?;
    let tasks = format!("- a: {{{RUN}}}\n- b: {{set: '${{ {{child: .[0].billId}} }}'}}");
    let parent = desk.begin(&tasks, &json!({"bill": "7"})).await?;
    let child = desk.only("child").await?;
    desk.at(&child, "/do/0/l").await?;
    assert_eq!(child.parent_instance_id, parent.instance_id);

    process.kill().await;
    house.double.tell("korlantas", "7", &paid("7"));
    let _other = house.process().await?;

    assert_eq!(output(&desk.end(&parent).await?), json!({"child": "7"}));
    assert_eq!(desk.end(&child).await?.state(), InstanceState::Completed);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_cancels_a_parent_cancels_its_child(#[case] kind: Kind) -> anyhow::Result<()> {
    let (_house, desk, _process) = House::at_work(kind).await?;
    let middle = "- m: {run: {workflow: {namespace: test, name: leaf}}}";
    desk.publish("leaf", "- w: {wait: P1D}").await?;
    desk.publish("child", middle).await?;
    let parent = desk.begin(&format!("- a: {{{RUN}}}"), &json!({})).await?;
    desk.at(&desk.only("leaf").await?, "/do/0/w").await?;

    desk.cancel(&parent).await?;

    for name in ["child", "leaf"] {
        let instance = desk.end(&desk.only(name).await?).await?;
        assert_eq!(instance.state(), InstanceState::Cancelled, "{name}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_child_that_nobody_waits_for_any_more_is_cancelled_and_forgotten(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let (house, desk, _process) = House::at_work(kind).await?;
    desk.publish("child", "- w: {wait: P1D}").await?;
    let tasks = format!(
        "- t: {{try: [{{a: {{{RUN}, timeout: {{after: PT1M}}}}}}], catch: {{}}}}\n- w: {{wait: P1D}}"
    );
    let parent = desk.begin(&tasks, &json!({})).await?;
    let child = desk.only("child").await?;
    desk.at(&child, "/do/0/w").await?;

    house.clock.advance(Duration::from_mins(2));

    desk.at(&parent, "/do/1/w").await?;
    assert_eq!(desk.end(&child).await?.state(), InstanceState::Cancelled);
    assert!(rows(&house, "SELECT child_id FROM child_end").await?.is_empty());
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_child_that_fails_or_is_none_is_an_error_of_its_task(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let (_house, desk, _process) = House::at_work(kind).await?;
    let tasks = format!(
        "- t: {{try: [{{a: {{{RUN}}}}}], catch: {{do: [{{c: {{set: '${{ $error }}'}}}}]}}}}"
    );
    let none = output(&desk.end(&desk.begin(&tasks, &json!({})).await?).await?);
    assert_eq!(none["detail"], "there is no workflow test/child of version latest");

    let raise = "{raise: {error: {type: 'https://a.go.id/closed', status: 422}}}";
    desk.publish("child", &format!("- r: {raise}")).await?;
    let failed = output(&desk.end(&desk.begin(&tasks, &json!({})).await?).await?);

    assert_eq!(
        (&failed["status"], &failed["type"]),
        (&json!(422), &json!("https://a.go.id/closed"))
    );
    assert_eq!(failed["instance"], "/do/0/t/try/0/a");
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_of_one_instance_is_heard_by_another_and_by_itself(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let (house, desk, _process) = House::at_work(kind).await?;
    let hears = "{listen: {to: {one: {with: {type: id.go.polri.renewed}, correlate: {s: {from: .data.sim, expect: '${ .sim }'}}}}}}";
    let other = desk.begin(&format!("- l: {hears}"), &json!({"sim": "7"})).await?;
    desk.at(&other, "/do/0/l").await?;
    let theirs = house.desk("dukcapil")?;
    let stranger = theirs.begin(&format!("- l: {hears}"), &json!({"sim": "7"})).await?;
    theirs.at(&stranger, "/do/0/l").await?;

    let tells = "{emit: {event: {with: {source: //sim, type: id.go.polri.renewed, data: {sim: '${ .sim }'}}}}}";
    let tasks = format!("- f: {{fork: {{branches: [{{l: {hears}}}, {{e: {tells}}}]}}}}");
    let teller = desk.begin(&tasks, &json!({"sim": "7"})).await?;

    assert_eq!(output(&desk.end(&other).await?), json!([{"sim": "7"}]));
    assert_eq!(output(&desk.end(&teller).await?)[0], json!([{"sim": "7"}]));
    let stranger = theirs.at(&stranger, "/do/0/l").await?;
    assert_eq!(stranger.state(), InstanceState::Waiting);
    Ok(())
}

impl Desk {
    /// The only instance of a workflow, once there is one.
    async fn only(&self, name: &str) -> anyhow::Result<Instance> {
        loop {
            let request =
                ListInstancesRequest { name: name.to_owned(), ..ListInstancesRequest::default() };
            let answer = self.instances.clone().list_instances(request).await?.into_inner();
            if let [instance] = answer.instances.as_slice() {
                return Ok(instance.clone());
            }
            anyhow::ensure!(answer.instances.is_empty(), "there are several");
            tokio::task::yield_now().await;
        }
    }
}
