//! Publishing services and looking them up.

use rangkai_proto::registration::v1::{ErrorReason, GetServiceRequest, ListServicesRequest};
use rangkai_testkit::Kind;
use rstest::rstest;
use tonic::Code;

use super::office::{Office, PERMIT, draft_of, publish, refused, somebody};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_published_version_never_changes(#[case] kind: Kind) -> anyhow::Result<()> {
    let office = Office::open(kind).await?;
    let mut desk = office.system().await?;
    let first = desk.catalogue.get_service(get("permit", "1.0.0")).await?.into_inner();

    let again = desk.catalogue.publish_service(publish(PERMIT)).await?.into_inner();
    let other = PERMIT.replace("en: Permit", "en: Licence");
    let taken = desk.catalogue.publish_service(publish(&other)).await;

    assert_eq!(again.service, first.service);
    let metadata = refused(taken, Code::AlreadyExists, ErrorReason::ServiceVersionTaken);
    assert_eq!(metadata["version"], "1.0.0");
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn the_highest_version_applies_to_new_applications(#[case] kind: Kind) -> anyhow::Result<()> {
    let office = Office::open(kind).await?;
    let mut desk = office.system().await?;
    let old = desk.draft().await?;
    for version in ["1.10.0", "1.9.0"] {
        let definition = PERMIT.replace("version: 1.0.0", &format!("version: {version}"));
        desk.catalogue.publish_service(publish(&definition)).await?;
    }

    let newest = desk.catalogue.get_service(get("permit", "")).await?.into_inner().service.unwrap();
    let new = desk.draft().await?;

    assert_eq!(newest.version, "1.10.0");
    assert_eq!(new.service_id, newest.service_id);
    assert_ne!(old.service_id, newest.service_id);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_agency_sees_its_own_services_only(#[case] kind: Kind) -> anyhow::Result<()> {
    let office = Office::open(kind).await?;
    let mut desk = office.system().await?;
    let mut stranger = office.desk("kemensos", "system", &[]);

    let listed = stranger.catalogue.list_services(ListServicesRequest::default()).await?;
    let found = stranger.catalogue.get_service(get("permit", "")).await;
    let begun = stranger.applications.create_application(draft_of(&somebody())).await;

    assert_eq!(listed.into_inner().services, []);
    refused(found, Code::NotFound, ErrorReason::ServiceNotFound);
    refused(begun, Code::NotFound, ErrorReason::ServiceNotFound);
    stranger.catalogue.publish_service(publish(PERMIT)).await?;
    let mut page = ListServicesRequest { page_size: 1, page_token: String::new() };
    let listed = desk.catalogue.list_services(page.clone()).await?.into_inner();
    assert_eq!((listed.services.len(), listed.next_page_token.as_str()), (1, ""));
    page.page_token = "not a token".to_owned();
    assert_eq!(desk.catalogue.list_services(page).await.unwrap_err().code(), Code::InvalidArgument);
    Ok(())
}

fn get(name: &str, version: &str) -> GetServiceRequest {
    GetServiceRequest { name: name.to_owned(), version: version.to_owned() }
}
