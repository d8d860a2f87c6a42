//! Two processes on one database, and what agencies see of each other.

use rangkai_proto::workflow::v1::{
    CancelInstanceRequest, ErrorReason, GetDefinitionRequest, GetInstanceRequest, InstanceState,
    ListDefinitionsRequest, ListHistoryRequest, ListInstancesRequest, WatchInstanceRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use serde_json::json;
use tonic::Code;
use tonic_types::StatusExt as _;

use super::{
    invariants,
    support::{House, output, paid, payment, refund},
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_share_the_work_and_do_nothing_twice(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let (house, desk, _one) = House::at_work(kind).await?;
    let _other = house.process().await?;
    let tasks = format!(
        "- f: {{fork: {{branches: [a: {}, b: {}]}}}}\n- l: {{input: {{from: $workflow.input}}, {}}}\n- c: {}",
        refund("a"),
        refund("b"),
        payment(),
        refund("c")
    );
    desk.publish("shared", &tasks).await?;
    let mut instances = Vec::new();
    for bill in 0..10 {
        instances.push(desk.start("shared", &json!({"bill": bill.to_string()})).await?);
    }
    for bill in 0..10 {
        house.double.tell("korlantas", "b", &paid(&bill.to_string()));
    }

    for instance in &instances {
        output(&desk.end(instance).await?);
    }

    let seen = house.double.seen();
    assert_eq!((seen.calls.len(), seen.total()), (30, 30));
    let rows = invariants::hold(&house).await?;
    eprintln!("invariants hold over {rows} rows");
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_agency_cannot_tell_that_anything_is_there(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let (house, ours, _process) = House::at_work(kind).await?;
    let theirs = house.desk("dukcapil")?;
    ours.publish("secret", "- w: {wait: {days: 1}}").await?;
    let instance = ours.start("secret", &json!({})).await?;

    let (mut instances, mut definitions) = (theirs.instances.clone(), theirs.definitions.clone());
    for instance_id in [instance.instance_id.clone(), fresh()] {
        let id = || instance_id.clone();
        let statuses = [
            instances.get_instance(GetInstanceRequest { instance_id: id() }).await.unwrap_err(),
            instances.watch_instance(WatchInstanceRequest { instance_id: id() }).await.unwrap_err(),
            instances
                .list_history(ListHistoryRequest { instance_id: id(), ..Default::default() })
                .await
                .unwrap_err(),
            instances
                .cancel_instance(CancelInstanceRequest {
                    request_id: fresh(),
                    instance_id: id(),
                    reason: "mine".to_owned(),
                })
                .await
                .unwrap_err(),
        ];
        for status in statuses {
            assert_eq!(status.code(), Code::NotFound);
            let info = status.get_details_error_info().unwrap();
            assert_eq!(info.reason, ErrorReason::InstanceNotFound.as_str_name());
            assert!(info.metadata.is_empty());
        }
    }
    let found = instances.list_instances(ListInstancesRequest::default()).await?.into_inner();
    assert!(found.instances.is_empty());
    let found = definitions.list_definitions(ListDefinitionsRequest::default()).await?.into_inner();
    assert!(found.definitions.is_empty());
    let request = GetDefinitionRequest {
        namespace: "test".to_owned(),
        name: "secret".to_owned(),
        version: String::new(),
    };
    let status = definitions.get_definition(request).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
    assert_eq!(theirs.start("secret", &json!({})).await.unwrap_err().code(), Code::NotFound);
    let waiting = ours.until(&instance, |it| it.state() == InstanceState::Waiting).await?;
    assert_eq!(waiting.positions, ["/do/0/w"]);
    Ok(())
}
