//! Clients and who may make them.

use rangkai_proto::identity::v1::{
    Client, ClientState, CreateClientRequest, DisableClientRequest, ErrorReason, IssueTokenRequest,
    IssueTokenResponse, ListClientsRequest, client_service_client::ClientServiceClient,
};
use rangkai_testkit::{Kind, caller, fresh};
use rstest::rstest;
use tonic::{Code, Status};

use super::block::{Block, block, named, refused};

const GIVEN: [&str; 2] = ["payments.bills.read", "payments.bills.write"];

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_client_gets_tokens_until_it_is_disabled(#[case] kind: Kind) -> anyhow::Result<()> {
    let block = block(kind).await?;
    let request = CreateClientRequest { roles: vec!["satpas_examiner".into()], ..new(&GIVEN) };
    let made = block.clients("korlantas").create_client(request).await?.into_inner();
    let (client, secret) = (made.client.unwrap(), made.client_secret);
    assert_eq!((client.agency.as_str(), client.state()), ("korlantas", ClientState::Active));
    assert_eq!((client.scopes.as_slice(), secret.len()), (&GIVEN.map(String::from)[..], 43));

    let token = issue(&block, &client.client_id, &secret).await?;
    assert_eq!(token.scope, GIVEN.join(" "));

    for _ in 0..2 {
        let disable = disable(&client.client_id);
        let answer = block.clients("korlantas").disable_client(disable).await?.into_inner();
        assert_eq!(answer.client.unwrap().state(), ClientState::Disabled);
    }
    let disabled = issue(&block, &client.client_id, &secret).await.unwrap_err();
    let wrong = issue(&block, &client.client_id, "wrong").await.unwrap_err();
    let nobody = issue(&block, "nobody", &secret).await.unwrap_err();
    for status in [&disabled, &wrong, &nobody] {
        refused(status, Code::Unauthenticated, ErrorReason::ClientNotAuthenticated);
        assert_eq!((status.message(), status.details()), (wrong.message(), wrong.details()));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn nobody_gives_what_they_do_not_hold(#[case] kind: Kind) -> anyhow::Result<()> {
    let block = block(kind).await?;
    let held = ["identity.clients.write", GIVEN[0]];
    let maker = block.keys.client(block.channel.clone(), &caller("korlantas", &held, &[]))?;
    let mut clients = ClientServiceClient::new(maker);

    let status = clients.create_client(new(&GIVEN)).await.unwrap_err();
    let metadata = refused(&status, Code::PermissionDenied, ErrorReason::ScopeNotAllowed);
    assert_eq!(metadata["scope"], GIVEN[1]);
    let unknown = block.clients("platform").create_client(new(&["no.such.scope"])).await;
    refused(&unknown.unwrap_err(), Code::PermissionDenied, ErrorReason::ScopeNotAllowed);
    let elsewhere = CreateClientRequest { agency: "bpjs".into(), ..new(&GIVEN[..1]) };
    let status = clients.create_client(elsewhere.clone()).await.unwrap_err();
    let metadata = refused(&status, Code::PermissionDenied, ErrorReason::AgencyNotAllowed);
    assert_eq!(metadata["agency"], "bpjs");

    let made = block.clients("platform").create_client(elsewhere).await?.into_inner();
    assert_eq!(made.client.unwrap().agency, "bpjs");
    let role = CreateClientRequest { roles: vec!["two words".into()], ..new(&GIVEN) };
    assert_eq!(named(&block.clients("bpjs").create_client(role).await.unwrap_err()), ["roles[0]"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn another_agencys_client_is_nobody(#[case] kind: Kind) -> anyhow::Result<()> {
    let block = block(kind).await?;
    let made = block.clients("korlantas").create_client(new(&GIVEN)).await?.into_inner();
    let id = made.client.unwrap().client_id;

    for unknown in [id.clone(), fresh()] {
        let disable = disable(&unknown);
        let status = block.clients("bpjs").disable_client(disable).await.unwrap_err();
        let metadata = refused(&status, Code::NotFound, ErrorReason::ClientNotFound);
        assert_eq!(metadata["client_id"], unknown);
    }
    assert_eq!(list(&block, "bpjs").await?, []);
    assert_eq!(list(&block, "korlantas").await?[0].state(), ClientState::Active);
    assert_eq!(list(&block, "platform").await?.len(), 1);
    let disabled = block.clients("platform").disable_client(disable(&id)).await?.into_inner();
    assert_eq!(disabled.client.unwrap().state(), ClientState::Disabled);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn clients_are_listed_newest_first(#[case] kind: Kind) -> anyhow::Result<()> {
    let block = block(kind).await?;
    let mut made = Vec::new();
    for _ in 0..3 {
        let answer = block.clients("korlantas").create_client(new(&GIVEN)).await?.into_inner();
        made.insert(0, answer.client.unwrap());
    }

    let first = ListClientsRequest { page_size: 2, ..Default::default() };
    let first = block.clients("korlantas").list_clients(first).await?.into_inner();
    let rest = ListClientsRequest { page_size: 2, page_token: first.next_page_token };
    let rest = block.clients("korlantas").list_clients(rest).await?.into_inner();

    assert_eq!([first.clients, rest.clients].concat(), made);
    assert_eq!(rest.next_page_token, "");
    Ok(())
}

fn new(scopes: &[&str]) -> CreateClientRequest {
    CreateClientRequest {
        request_id: fresh(),
        agency: String::new(),
        display_name: "Loket 3".to_owned(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        roles: vec![],
    }
}

fn disable(client_id: &str) -> DisableClientRequest {
    DisableClientRequest { request_id: fresh(), client_id: client_id.to_owned() }
}

async fn list(block: &Block, agency: &str) -> anyhow::Result<Vec<Client>> {
    let request = ListClientsRequest::default();
    Ok(block.clients(agency).list_clients(request).await?.into_inner().clients)
}

async fn issue(block: &Block, id: &str, secret: &str) -> Result<IssueTokenResponse, Status> {
    let request = IssueTokenRequest {
        grant_type: "client_credentials".to_owned(),
        client_id: id.to_owned(),
        client_secret: secret.to_owned(),
        ..Default::default()
    };
    Ok(block.tokens().issue_token(request).await?.into_inner())
}
