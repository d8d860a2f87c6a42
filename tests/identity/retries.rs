//! The same request again, and another request with the same id.

use rangkai_proto::identity::v1::{
    CreateClientRequest, DisableClientRequest, ErrorReason, ImportPeopleRequest, ListClientsRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use tonic::Code;

use super::block::{NIK, block, import, refused, row};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_retried_import_gets_the_first_answer_again(#[case] kind: Kind) -> anyhow::Result<()> {
    let block = block(kind).await?;
    let request = import(&[row(NIK, "Siti Aminah", "2009-11-22")]);

    let first = block.people("dukcapil").import_people(request.clone()).await?.into_inner();
    let again = block.people("dukcapil").import_people(request.clone()).await?.into_inner();
    let other = import(&[row(NIK, "Siti Aminah Putri", "2009-11-22")]);
    let other = ImportPeopleRequest { request_id: request.request_id, ..other };
    let reused = block.people("dukcapil").import_people(other).await.unwrap_err();

    assert_eq!((first.created_count, &first), (1, &again));
    refused(&reused, Code::AlreadyExists, ErrorReason::RequestIdReused);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_retry_makes_no_second_client_and_no_second_secret(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let block = block(kind).await?;
    let request = CreateClientRequest {
        request_id: fresh(),
        display_name: "Loket 3".to_owned(),
        scopes: vec!["payments.bills.read".to_owned()],
        ..Default::default()
    };

    let first = block.clients("korlantas").create_client(request.clone()).await?.into_inner();
    let again = block.clients("korlantas").create_client(request.clone()).await?.into_inner();
    let other = CreateClientRequest { display_name: "Loket 4".to_owned(), ..request };
    let reused = block.clients("korlantas").create_client(other).await.unwrap_err();

    assert_eq!(first, again);
    refused(&reused, Code::AlreadyExists, ErrorReason::RequestIdReused);
    let clients = block.clients("korlantas").list_clients(ListClientsRequest::default()).await?;
    assert_eq!(clients.into_inner().clients.len(), 1);

    let disable =
        DisableClientRequest { request_id: fresh(), client_id: first.client.unwrap().client_id };
    let once = block.clients("korlantas").disable_client(disable.clone()).await?.into_inner();
    let twice = block.clients("korlantas").disable_client(disable.clone()).await?.into_inner();
    let other = DisableClientRequest { client_id: fresh(), ..disable };
    let reused = block.clients("korlantas").disable_client(other).await.unwrap_err();

    assert_eq!(once, twice);
    refused(&reused, Code::AlreadyExists, ErrorReason::RequestIdReused);
    Ok(())
}
