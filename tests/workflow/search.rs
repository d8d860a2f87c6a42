//! Finding instances by what is known of them.

use rangkai_proto::workflow::v1::{
    Instance, InstanceState, ListInstancesRequest, PublishDefinitionRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use sea_orm::{ConnectionTrait as _, Database, Statement};
use serde_json::json;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::support::{DAY, Desk, House, document, start};

/// A workflow whose instances are found by the region of their input, the stage of their context and
/// the outcome that they give.
async fn publish(desk: &Desk, name: &str, version: &str) -> Result<(), Status> {
    let tasks = "\
- a: {set: {stage: 1}, export: {as: '{stage: 1}'}}
- w: {if: '$workflow.input.waits', wait: {days: 1}}
- b: {set: {outcome: true, stage: late}}";
    let attributes = "metadata: {searchAttributes: \
                      {region: '${ .region }', stage: .stage, outcome: .outcome}}";
    let document = document(name, tasks)
        .replace("version: 1.0.0", &format!("version: {version}, {attributes}"));
    let request = PublishDefinitionRequest { request_id: fresh(), document };
    let answer = desk.definitions.clone().publish_definition(request).await?.into_inner();
    assert_eq!(answer.warnings, []);
    Ok(())
}

async fn begin(desk: &Desk, name: &str, region: &str, waits: bool) -> anyhow::Result<Instance> {
    let request = start(name, &json!({"region": region, "waits": waits}));
    let instance = desk.instances.clone().start_instance(request).await?.into_inner();
    let instance = instance.instance.unwrap();
    if waits { desk.at(&instance, "/do/1/w").await } else { desk.end(&instance).await }
}

async fn found(desk: &Desk, request: ListInstancesRequest) -> Result<Vec<String>, Status> {
    let answer = desk.instances.clone().list_instances(request).await?.into_inner();
    Ok(answer.instances.into_iter().map(|instance| instance.instance_id).collect())
}

fn by(name: &str, attributes: &[(&str, &str)]) -> ListInstancesRequest {
    let attributes = attributes.iter().map(|(name, value)| ((*name).into(), (*value).into()));
    ListInstancesRequest {
        name: name.to_owned(),
        attributes: attributes.collect(),
        ..Default::default()
    }
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_are_found_by_what_their_author_says(#[case] kind: Kind) -> anyhow::Result<()> {
    let (house, desk, _process) = House::at_work(kind).await?;
    publish(&desk, "one", "1.0.0").await?;
    publish(&desk, "two", "1.0.0").await?;
    let left = begin(&desk, "one", "3171", false).await?;
    let here = begin(&desk, "one", "3171", true).await?;
    let there = begin(&desk, "one", "5101", true).await?;
    let away = begin(&desk, "two", "3171", true).await?;
    let [ended, waiting, elsewhere, other] =
        [&left, &here, &there, &away].map(|instance| instance.instance_id.as_str());

    let at = |attributes| found(&desk, by("one", attributes));
    assert_eq!(at(&[("region", "3171")]).await?, [waiting, ended]);
    assert_eq!(at(&[("region", "5101")]).await?, [elsewhere]);
    // The context of those that wait, and the output of the one that ended.
    assert_eq!(at(&[("stage", "1")]).await?, [elsewhere, waiting]);
    assert_eq!(at(&[("stage", "late"), ("outcome", "true")]).await?, [ended]);
    assert_eq!(at(&[("region", "3171"), ("stage", "1")]).await?, [waiting]);
    assert_eq!(at(&[("unknown", "1")]).await?, [""; 0]);
    assert_eq!(found(&desk, by("two", &[("region", "3171")])).await?, [other]);
    let theirs = house.desk("dukcapil")?;
    assert_eq!(found(&theirs, by("one", &[("region", "3171")])).await?, [""; 0]);
    let status = found(&desk, by("", &[("region", "3171")])).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(status.get_details_bad_request().unwrap().field_violations[0].field, "name");

    house.clock.advance(DAY);
    desk.end(&here).await?;
    desk.end(&there).await?;
    let both = [("region", "3171"), ("stage", "late")];
    assert_eq!(found(&desk, by("one", &both)).await?, [waiting, ended]);
    assert_eq!(found(&desk, by("one", &[("stage", "1")])).await?, [""; 0]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_are_found_by_version_state_and_age(#[case] kind: Kind) -> anyhow::Result<()> {
    let (_house, desk, _process) = House::at_work(kind).await?;
    publish(&desk, "one", "1.0.0").await?;
    let old = begin(&desk, "one", "3171", true).await?;
    publish(&desk, "one", "1.1.0").await?;
    let new = begin(&desk, "one", "3171", true).await?;
    let ended = begin(&desk, "one", "3171", false).await?;
    let ids = |instances: &[&Instance]| -> Vec<String> {
        instances.iter().map(|instance| instance.instance_id.clone()).collect()
    };
    let all = by("one", &[]);

    let version = ListInstancesRequest { version: "1.0.0".to_owned(), ..all.clone() };
    assert_eq!(found(&desk, version).await?, ids(&[&old]));
    let state = ListInstancesRequest { state: InstanceState::Waiting.into(), ..all.clone() };
    assert_eq!(found(&desk, state).await?, ids(&[&new, &old]));
    let younger = ListInstancesRequest { from_time: new.create_time, ..all.clone() };
    assert_eq!(found(&desk, younger).await?, ids(&[&ended, &new]));
    let older = ListInstancesRequest { until_time: new.create_time, ..all.clone() };
    assert_eq!(found(&desk, older).await?, ids(&[&old]));
    let namespace = ListInstancesRequest { namespace: "other".to_owned(), ..all.clone() };
    assert_eq!(found(&desk, namespace).await?, [""; 0]);
    assert_eq!(found(&desk, all).await?, ids(&[&ended, &new, &old]));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_searched_does_not_lie_in_the_open(#[case] kind: Kind) -> anyhow::Result<()> {
    let (house, desk, _process) = House::at_work(kind).await?;
    publish(&desk, "one", "1.0.0").await?;
    begin(&desk, "one", "3174054107880001", true).await?;

    let database = Database::connect(house.config.database.url.reveal()).await?;
    let query = "SELECT name, value FROM attribute ORDER BY name";
    let query = Statement::from_string(database.get_database_backend(), query);
    let rows = database.query_all_raw(query).await?;
    database.close().await?;

    let names: Vec<String> =
        rows.iter().map(|row| row.try_get("", "name")).collect::<Result<_, _>>()?;
    assert_eq!(names, ["region", "stage"]);
    for row in rows {
        let value: Vec<u8> = row.try_get("", "value")?;
        assert!(value.len() >= 32, "{value:?}");
        assert!(!value.windows(5).any(|part| part == b"31740"));
    }
    Ok(())
}
