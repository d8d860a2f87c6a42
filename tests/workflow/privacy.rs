//! What nobody may read who has no business with it, and what is kept of those who have.

use rangkai_proto::workflow::v1::{
    CancelInstanceRequest, DrawInstanceRequest, DrawingFormat, GetInstanceRequest,
    GetTimelineRequest, InstanceState, WatchInstanceRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use sea_orm::{ConnectionTrait as _, Database, Statement};
use serde_json::{Value, json};
use tonic::Code;
use tonic_types::StatusExt as _;

use super::support::{House, output};

const NIK: &str = "3174054107880001";

/// What a query finds in the database of a house.
pub async fn rows(house: &House, query: &str) -> anyhow::Result<Vec<sea_orm::QueryResult>> {
    let database = Database::connect(house.config.database.url.reveal()).await?;
    let statement = Statement::from_string(database.get_database_backend(), query);
    let rows = database.query_all_raw(statement).await?;
    database.close().await?;
    Ok(rows)
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_names_nobody_and_lies_sealed(#[case] kind: Kind) -> anyhow::Result<()> {
    let (house, desk, _process) = House::at_work(kind).await?;
    let raise = "- r: {raise: {error: {type: https://e.id/x, status: 409, title: no, \
                 detail: '${ \"not \" + .nik }'}}}";
    let faulted = desk.begin(raise, &json!({"nik": NIK})).await?;
    let waiting = desk.begin("- w: {wait: {days: 1}}", &json!({})).await?;
    desk.at(&waiting, "/do/0/w").await?;
    let reason = format!("{NIK} asked for it");
    let cancel = CancelInstanceRequest {
        request_id: fresh(),
        instance_id: waiting.instance_id.clone(),
        reason: reason.clone(),
    };
    desk.instances.clone().cancel_instance(cancel).await?;

    let ended = desk.end(&faulted).await?;
    let history = desk.history(&faulted).await?;

    assert_eq!(ended.problem.unwrap().detail, format!("not {NIK}"));
    assert!(!format!("{history:?}").contains(NIK));
    let problem = history.last().unwrap().problem.clone().unwrap();
    assert_eq!(
        (problem.r#type.as_str(), problem.status, problem.instance.as_str()),
        ("https://e.id/x", 409, "/do/0/r")
    );
    assert_eq!(desk.history(&waiting).await?.last().unwrap().detail, reason);
    let kept = rows(&house, "SELECT detail, problem FROM history").await?;
    assert!(kept.len() > 5);
    for row in kept {
        for column in ["detail", "problem"] {
            let bytes: Option<Vec<u8>> = row.try_get("", column)?;
            let bytes = bytes.unwrap_or_default();
            assert!(!bytes.windows(NIK.len()).any(|part| part == NIK.as_bytes()));
            assert!(!bytes.windows(4).any(|part| part == b"e.id"));
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_reads_an_instance_leaves_a_record(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.desk("korlantas")?;
    let instance = desk.begin("- w: {wait: {days: 1}}", &json!({"nik": NIK})).await?;
    let instance_id = instance.instance_id.clone();

    let get = GetInstanceRequest { instance_id: instance_id.clone() };
    desk.instances.clone().get_instance(get).await?;
    let watch = WatchInstanceRequest { instance_id: instance_id.clone() };
    desk.instances.clone().watch_instance(watch).await?;
    let told = GetTimelineRequest { instance_id: instance_id.clone(), ..Default::default() };
    desk.instances.clone().get_timeline(told).await?;
    let draw = DrawInstanceRequest { instance_id, format: DrawingFormat::Svg.into() };
    desk.instances.clone().draw_instance(draw).await?;

    for method in ["GetInstance", "WatchInstance", "GetTimeline", "DrawInstance"] {
        let query =
            format!("SELECT operation FROM audit WHERE operation LIKE '%InstanceService/{method}'");
        assert_eq!(rows(&house, &query).await?.len(), 1, "{method}");
    }
    Ok(())
}

/// Objects within objects, which take the most levels of a message.
fn nested(levels: usize) -> Value {
    (0..levels).fold(json!(1), |inner, _| json!({"x": inner}))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_kept_can_be_read_over_the_wire() -> anyhow::Result<()> {
    let (_house, desk, _process) = House::at_work(Kind::Sqlite).await?;
    desk.publish("echo", "- s: {set: '${ . }'}").await?;
    desk.publish("wrap", "- s: {set: '${ {x: .} }'}").await?;

    let started = desk.start("echo", &nested(30)).await?;
    assert_eq!(output(&desk.end(&started).await?), nested(30));
    let get = GetInstanceRequest { instance_id: started.instance_id };
    let found = desk.instances.clone().get_instance(get).await?.into_inner().instance.unwrap();
    assert_eq!(rangkai_proto::to_json(&found.input.unwrap())?, nested(30));

    let deep = desk.start("wrap", &nested(30)).await?;
    let deep = desk.end(&deep).await?;
    assert_eq!(deep.state(), InstanceState::Faulted);
    assert!(deep.problem.unwrap().detail.contains("30 levels"));
    let status = desk.start("echo", &nested(31)).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(status.get_details_bad_request().unwrap().field_violations[0].field, "input");
    Ok(())
}
