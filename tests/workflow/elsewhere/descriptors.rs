//! The registry of descriptors: what is imported is found, pinned and never changed.

use rangkai_proto::workflow::v1::{
    DescriptorSetKind, ErrorReason, GetDescriptorSetRequest, ImportDescriptorSetRequest,
    ListDescriptorSetsRequest, ProtoFile, ReflectDescriptorSetRequest,
};
use rangkai_testkit::Kind;
use rangkai_workflow::HostConfig;
use rstest::rstest;
use serde_json::json;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::parcels::{call, contract, import};
use crate::workflow::support::House;

fn reason(status: &Status) -> String {
    status.get_details_error_info().map(|info| info.reason).unwrap_or_default()
}

fn is(status: &Status, code: Code, reason_of: ErrorReason) {
    assert_eq!((status.code(), reason(status).as_str()), (code, reason_of.as_str_name()));
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_set_is_found_by_its_name_and_never_changed(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let (desk, other) = (house.desk("korlantas")?, house.desk("dukcapil")?);
    let first = contract("parcels");
    let imported = import(&desk, first.clone()).await?;
    let mut changed = contract("parcels");
    changed.proto_files[0].text.push_str("message Owner {}\n");

    assert_eq!(import(&desk, first.clone()).await?, imported);
    assert_eq!(import(&desk, contract("parcels")).await?, imported);
    let status = import(&desk, changed.clone()).await.unwrap_err();
    is(&status, Code::AlreadyExists, ErrorReason::DescriptorSetNameTaken);
    let reused = ImportDescriptorSetRequest { name: "other".to_owned(), ..first };
    let status = import(&desk, reused).await.unwrap_err();
    is(&status, Code::AlreadyExists, ErrorReason::RequestIdReused);
    changed.name = "parcels.2".to_owned();
    let second = import(&desk, changed).await?;

    let get = GetDescriptorSetRequest { name: "parcels".to_owned() };
    let mut descriptors = desk.descriptors.clone();
    let found = descriptors.get_descriptor_set(get.clone()).await?.into_inner();
    let found = found.descriptor_set.unwrap();
    assert_eq!((found.kind(), found.digest), (DescriptorSetKind::Proto, imported.digest));
    assert!(found.methods.contains(&"land.v1.ParcelService.ListParcels".to_owned()));
    assert!(!found.content.is_empty());
    let listed = descriptors.list_descriptor_sets(ListDescriptorSetsRequest::default()).await?;
    let names: Vec<_> = listed.into_inner().descriptor_sets;
    let names: Vec<_> = names.iter().map(|it| (it.name.as_str(), it.content.len())).collect();
    assert_eq!(names, [(second.name.as_str(), 0), ("parcels", 0)]);
    let status = other.descriptors.clone().get_descriptor_set(get).await.unwrap_err();
    is(&status, Code::NotFound, ErrorReason::DescriptorSetNotFound);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_is_refused_with_its_place() -> anyhow::Result<()> {
    let house = House::open(Kind::Sqlite).await?;
    let desk = house.desk("korlantas")?;
    let empty = || ImportDescriptorSetRequest { proto_files: Vec::new(), ..contract("parcels") };
    let file = |text: &str| ProtoFile { name: "a.proto".to_owned(), text: text.to_owned() };

    for (request, field, said) in [
        (empty(), "file_descriptor_set", "exactly one"),
        (
            ImportDescriptorSetRequest { openapi: "a".to_owned(), ..contract("p") },
            "file_descriptor_set",
            "exactly one",
        ),
        (
            ImportDescriptorSetRequest { file_descriptor_set: vec![1, 2], ..empty() },
            "file_descriptor_set",
            "",
        ),
        (
            ImportDescriptorSetRequest {
                proto_files: vec![file("message A { string }")],
                ..empty()
            },
            "proto_files",
            "a.proto:1",
        ),
        (
            ImportDescriptorSetRequest {
                proto_files: vec![file("syntax = \"proto3\";")],
                ..empty()
            },
            "proto_files",
            "nothing in it can be called",
        ),
        (
            ImportDescriptorSetRequest { openapi: "swagger: '2.0'".to_owned(), ..empty() },
            "openapi",
            "3.0 or 3.1",
        ),
    ] {
        let status = import(&desk, request).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument);
        let broken = status.get_details_bad_request().unwrap().field_violations;
        assert_eq!(broken[0].field, field);
        assert!(broken[0].description.contains(said), "{broken:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_is_known_to_the_agencies_that_may_call_it() -> anyhow::Result<()> {
    let house = House::open_with(Kind::Sqlite, |config| {
        // The double serves no reflection.
        let mut host = HostConfig::at(&config.endpoints["payments"].url);
        host.agencies = vec!["korlantas".to_owned()];
        config.hosts.insert("parcels".to_owned(), host);
    })
    .await?;
    let (desk, other) = (house.desk("korlantas")?, house.desk("dukcapil")?);
    let asked = ReflectDescriptorSetRequest { host: "parcels".to_owned() };

    let status = desk.descriptors.clone().reflect_descriptor_set(asked.clone()).await.unwrap_err();
    is(&status, Code::Unavailable, ErrorReason::HostNotReflected);
    let status = other.descriptors.clone().reflect_descriptor_set(asked).await.unwrap_err();
    is(&status, Code::NotFound, ErrorReason::HostNotFound);

    let tasks = format!("- c: {{{}}}", call("GetParcel", "{number: a}"));
    for desk in [&desk, &other] {
        import(desk, contract("parcels")).await?;
    }
    desk.publish("land", &tasks).await?;
    let status = other.publish("land", &tasks).await.unwrap_err();
    let broken = status.get_details_bad_request().unwrap().field_violations;
    assert!(broken[0].description.contains("no host parcels"), "{broken:?}");
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_definition_runs_on_when_its_host_is_gone_and_its_call_fails(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let mut house = House::open_with(kind, |config| {
        config.hosts.insert("parcels".to_owned(), HostConfig::at("http://127.0.0.1:1"));
    })
    .await?;
    let desk = house.desk("korlantas")?;
    import(&desk, contract("parcels")).await?;
    let tasks = format!("- w: {{wait: PT0.01S}}\n- c: {{{}}}", call("GetParcel", "{number: a}"));
    let instance = desk.begin(&tasks, &json!({})).await?;

    house.config.hosts.clear();
    let _process = house.process().await?;
    let ended = desk.end(&instance).await?;

    assert!(ended.problem.unwrap().r#type.ends_with("/errors/configuration"));
    Ok(())
}
