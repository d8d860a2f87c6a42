//! Drawings of workflows and of their instances.

use rangkai_proto::workflow::v1::{
    DrawDefinitionRequest, DrawInstanceRequest, DrawingFormat, ErrorReason,
};
use rangkai_testkit::Kind;
use rstest::rstest;
use serde_json::json;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::support::{Desk, House};

const FORK: &str = "\
- first: {set: {x: 1}}
- both: {fork: {branches: [slow: {wait: {days: 1}}, '</text><script>': {set: {x: 2}}]}}
- last: {set: {x: 3}}";

async fn definition(desk: &Desk, name: &str, format: DrawingFormat) -> Result<String, Status> {
    let request = DrawDefinitionRequest {
        namespace: "test".to_owned(),
        name: name.to_owned(),
        version: String::new(),
        format: format.into(),
    };
    let answer = desk.definitions.clone().draw_definition(request).await?;
    let drawing = answer.into_inner().drawing.unwrap();
    assert_eq!(drawing.format(), format);
    Ok(drawing.content)
}

async fn instance(desk: &Desk, id: &str, format: DrawingFormat) -> Result<String, Status> {
    let request = DrawInstanceRequest { instance_id: id.to_owned(), format: format.into() };
    let answer = desk.instances.clone().draw_instance(request).await?;
    Ok(answer.into_inner().drawing.unwrap().content)
}

fn reason(status: &Status) -> String {
    status.get_details_error_info().map(|info| info.reason).unwrap_or_default()
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_is_drawn_where_it_stands(#[case] kind: Kind) -> anyhow::Result<()> {
    let (_house, desk, _process) = House::at_work(kind).await?;
    let started = desk.begin(FORK, &json!({})).await?;
    desk.at(&started, "/do/1/both/fork/branches/0/slow").await?;

    let plain = definition(&desk, &started.name, DrawingFormat::Mermaid).await?;
    let chart = instance(&desk, &started.instance_id, DrawingFormat::Mermaid).await?;
    let image = instance(&desk, &started.instance_id, DrawingFormat::Svg).await?;

    assert!(plain.starts_with("flowchart TD\n") && !plain.contains("stands here"), "{plain}");
    for line in [
        "\"first<br/>set · done\"",
        "\"both · fork · under way\"",
        "\"slow<br/>wait#58; 1 d · stands here\"",
        "\"#60;#47;text#62;#60;script#62;<br/>set · done\"",
        "\"last<br/>set\"",
    ] {
        assert!(chart.contains(line), "{line} is not in {chart}");
    }
    assert!(image.contains("Stands at: slow.") && !image.contains("<script"), "{image}");
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_another_agency_is_drawn(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let (ours, theirs) = (house.desk("korlantas")?, house.desk("dukcapil")?);
    let started = ours.begin(FORK, &json!({})).await?;

    let status = instance(&theirs, &started.instance_id, DrawingFormat::Svg).await.unwrap_err();
    assert_eq!(reason(&status), ErrorReason::InstanceNotFound.as_str_name());
    let status = definition(&theirs, &started.name, DrawingFormat::Svg).await.unwrap_err();
    assert_eq!(reason(&status), ErrorReason::DefinitionNotFound.as_str_name());
    let status = instance(&ours, &started.instance_id, DrawingFormat::Unspecified).await;
    assert_eq!(status.unwrap_err().code(), Code::InvalidArgument);
    Ok(())
}
