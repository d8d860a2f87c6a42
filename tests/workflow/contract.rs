//! What the contract says of every method.

use rangkai_proto::workflow::v1::{
    CancelInstanceRequest, CheckDefinitionRequest, ErrorReason, FindingSeverity,
    GetDefinitionRequest, ListDefinitionsRequest, ListHistoryRequest, ListInstancesRequest,
    PublishDefinitionRequest,
};
use rangkai_testkit::{Kind, caller, every_scope, fresh, try_every_rule};
use rstest::rstest;
use serde_json::json;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::support::{House, document, start};

fn reason(status: &Status) -> String {
    status.get_details_error_info().map(|info| info.reason).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_rule_of_every_field_is_kept() -> anyhow::Result<()> {
    let house = House::open(Kind::Sqlite).await?;
    let everything = house.desk_of(&caller("korlantas", &every_scope()?, &[]))?;

    let tried = try_every_rule(&everything.client, "rangkai.workflow.v1").await?;

    assert!(tried.rules > 20, "{tried:?}");
    assert!(tried.kept_by_nobody.is_empty(), "{tried:#?}");
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_has_one_effect_and_its_id_means_nothing_else(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.desk("korlantas")?;
    let (mut definitions, mut instances) = (desk.definitions.clone(), desk.instances.clone());
    let taken = ErrorReason::RequestIdReused.as_str_name();

    let publish = PublishDefinitionRequest {
        request_id: fresh(),
        document: document("one", "- w: {wait: {days: 1}}"),
    };
    let first = definitions.publish_definition(publish.clone()).await?.into_inner();
    assert_eq!(definitions.publish_definition(publish.clone()).await?.into_inner(), first);
    let other =
        PublishDefinitionRequest { document: document("two", "- s: {set: {x: 1}}"), ..publish };
    let status = definitions.publish_definition(other).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::AlreadyExists, taken));

    let begin = start("one", &json!({"x": 1}));
    let first = instances.start_instance(begin.clone()).await?.into_inner();
    assert_eq!(instances.start_instance(begin.clone()).await?.into_inner(), first);
    let other = rangkai_proto::workflow::v1::StartInstanceRequest { input: None, ..begin };
    let status = instances.start_instance(other).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::AlreadyExists, taken));

    let instance_id = first.instance.unwrap().instance_id;
    let cancel = CancelInstanceRequest { request_id: fresh(), instance_id, reason: "a".to_owned() };
    let first = instances.cancel_instance(cancel.clone()).await?.into_inner();
    assert_eq!(instances.cancel_instance(cancel.clone()).await?.into_inner(), first);
    let other = CancelInstanceRequest { reason: "b".to_owned(), ..cancel };
    let status = instances.cancel_instance(other).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::AlreadyExists, taken));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_is_never_changed_and_the_newest_is_found(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.desk("korlantas")?;
    let mut definitions = desk.definitions.clone();
    let old = document("one", "- s: {set: {x: 1}}");
    let new = old.replace("1.0.0", "1.1.0");
    let publish = |document: &str| PublishDefinitionRequest {
        request_id: fresh(),
        document: document.to_owned(),
    };
    let first = definitions.publish_definition(publish(&old)).await?.into_inner();
    let again = definitions.publish_definition(publish(&old)).await?.into_inner();
    assert_eq!(first.definition, again.definition);
    definitions.publish_definition(publish(&new)).await?;

    let status = definitions.publish_definition(publish(&old.replace("x: 1", "x: 2"))).await;
    let status = status.unwrap_err();
    assert_eq!(status.code(), Code::AlreadyExists);
    assert_eq!(reason(&status), ErrorReason::DefinitionVersionTaken.as_str_name());

    let mut get = GetDefinitionRequest {
        namespace: "test".to_owned(),
        name: "one".to_owned(),
        version: String::new(),
    };
    let newest = definitions.get_definition(get.clone()).await?.into_inner().definition.unwrap();
    assert_eq!((newest.version.as_str(), newest.document), ("1.1.0", new));
    get.version = "1.0.0".to_owned();
    let oldest = definitions.get_definition(get.clone()).await?.into_inner().definition.unwrap();
    assert_eq!(oldest.document, old);
    get.version = "9.0.0".to_owned();
    let status = definitions.get_definition(get).await.unwrap_err();
    assert_eq!(reason(&status), ErrorReason::DefinitionNotFound.as_str_name());
    let listed = definitions.list_definitions(ListDefinitionsRequest::default()).await?;
    let versions: Vec<_> =
        listed.into_inner().definitions.into_iter().map(|it| (it.version, it.document)).collect();
    assert_eq!(
        versions,
        [("1.1.0".to_owned(), String::new()), ("1.0.0".to_owned(), String::new())]
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_mistake_of_a_document_is_named_with_its_place() -> anyhow::Result<()> {
    let house = House::open(Kind::Sqlite).await?;
    let mut definitions = house.desk("korlantas")?.definitions;
    let wrong = document("one", "- a: {sett: {x: 1}}\n- b: {set: '${ .x + }'}");

    let checked = definitions.check_definition(CheckDefinitionRequest { document: wrong.clone() });
    let findings = checked.await?.into_inner().findings;
    let publish = PublishDefinitionRequest { request_id: fresh(), document: wrong };
    let status = definitions.publish_definition(publish).await.unwrap_err();

    let lines: Vec<_> = findings.iter().map(|it| (it.line, it.severity())).collect();
    assert!(
        lines.contains(&(3, FindingSeverity::Error))
            && lines.contains(&(4, FindingSeverity::Error))
    );
    assert_eq!(status.code(), Code::InvalidArgument);
    let fields = status.get_details_bad_request().unwrap().field_violations;
    assert!(fields.iter().all(|it| it.field.starts_with("document:")), "{fields:?}");
    assert_eq!(fields.len(), findings.len());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn input_is_held_against_the_schema_of_the_workflow() -> anyhow::Result<()> {
    let house = House::open(Kind::Sqlite).await?;
    let desk = house.desk("korlantas")?;
    let schema = "input: {schema: {document: {type: object, required: [fee], \
                  properties: {nik: {type: string, maxLength: 4}, fee: {type: integer}}}}}\n";
    let document = format!("{schema}{}", document("one", "- s: {set: {x: 1}}"));
    let publish = PublishDefinitionRequest { request_id: fresh(), document };
    desk.definitions.clone().publish_definition(publish).await?;

    let status = desk.start("one", &json!({"nik": "3174054107880001"})).await.unwrap_err();

    assert_eq!(status.code(), Code::InvalidArgument);
    let fields = status.get_details_bad_request().unwrap().field_violations;
    let mut names: Vec<_> = fields.iter().map(|it| it.field.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["input", "input.nik"]);
    assert!(!format!("{status:?}").contains("3174054107880001"));
    desk.start("one", &json!({"nik": "1", "fee": 1})).await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_continue_where_the_last_one_stopped(#[case] kind: Kind) -> anyhow::Result<()> {
    let (_house, desk, _process) = House::at_work(kind).await?;
    desk.publish("one", "- a: {set: {x: 1}}\n- b: {set: {x: 2}}").await?;
    let mut started = Vec::new();
    for _ in 0..3 {
        started.insert(0, desk.start("one", &json!({})).await?);
    }
    for instance in &started {
        desk.end(instance).await?;
    }
    let mut instances = desk.instances.clone();
    let mut request = ListInstancesRequest { page_size: 2, ..Default::default() };
    let mut found = Vec::new();
    loop {
        let page = instances.list_instances(request.clone()).await?.into_inner();
        found.extend(page.instances.into_iter().map(|it| it.instance_id));
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    let expected: Vec<_> = started.iter().map(|it| it.instance_id.clone()).collect();
    assert_eq!(found, expected);

    let instance_id = expected[0].clone();
    let mut request = ListHistoryRequest { instance_id, page_size: 4, page_token: String::new() };
    let first = instances.list_history(request.clone()).await?.into_inner();
    request.page_token = first.next_page_token;
    let second = instances.list_history(request).await?.into_inner();
    let sequences: Vec<_> =
        first.entries.iter().chain(&second.entries).map(|entry| entry.sequence).collect();
    assert_eq!(sequences, [1, 2, 3, 4, 5, 6]);
    assert_eq!(second.next_page_token, "");
    Ok(())
}
