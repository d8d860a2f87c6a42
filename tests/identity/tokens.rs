//! Tokens: who gets them, what they open, and when they end.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use http::HeaderMap;
use rangkai_auth::{AuthConfig, Credentials, CredentialsConfig, EndpointConfig, Gate};
use rangkai_identity::{ClientConfig, Identity};
use rangkai_proto::identity::v1::{
    ErrorReason, IssueTokenRequest, IssueTokenResponse, ListClientsRequest, ListKeysRequest,
    client_service_client::ClientServiceClient, token_service_client::TokenServiceClient,
};
use rangkai_rpc::Client;
use rangkai_testkit::{AUDIENCE, ISSUER, Keys, Kind, caller};
use rstest::rstest;
use tonic::{Code, Status, transport::Channel};
use tonic_types::StatusExt as _;

use super::block::{SECRET, block, client, config, refused, running};

const READ: &str = "identity.clients.read";
const WRITE: &str = "identity.clients.write";

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_token_opens_what_it_grants_until_it_ends(#[case] kind: Kind) -> anyhow::Result<()> {
    let running = running(kind, vec![client("admin", "platform", &[READ, WRITE])]).await?;
    let token = issue(&running.channel, "admin", SECRET, READ, "").await?;
    assert_eq!((token.expires_in_seconds, token.scope.as_str()), (600, READ));
    assert_eq!(token.token_type, "Bearer");
    let list = |token: &str| {
        let channel = Client::new(running.channel.clone()).with_token(token.into());
        async move {
            ClientServiceClient::new(channel).list_clients(ListClientsRequest::default()).await
        }
    };

    assert!(list(&token.access_token).await.is_ok());
    assert_eq!(list(&forged(&token.access_token)).await.unwrap_err().code(), Code::Unauthenticated);
    let strange = Keys::new()?.token(&caller("platform", &[READ], &[]))?;
    assert_eq!(list(&strange).await.unwrap_err().code(), Code::Unauthenticated);

    running.clock.advance(Duration::from_secs(601));
    let expired = list(&token.access_token).await.unwrap_err();
    assert_eq!(expired.get_details_error_info().unwrap().reason, "TOKEN_EXPIRED");
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_client_gets_what_it_may_have_and_no_more(#[case] kind: Kind) -> anyhow::Result<()> {
    let workflow =
        ClientConfig { acts_for_agencies: true, ..client("workflow", "platform", &["all"]) };
    let hub = ClientConfig { acts_for_agencies: true, ..client("hub", "kominfo", &[READ]) };
    let running = running(kind, vec![client("admin", "bpjs", &[READ]), workflow, hub]).await?;
    let channel = &running.channel;

    let all = issue(channel, "workflow", SECRET, "", "korlantas").await?;
    for held in ["payments.bills.write", "events.read_all"] {
        assert!(all.scope.split(' ').any(|scope| scope == held), "{held}: {}", all.scope);
    }
    assert!(!all.scope.split(' ').any(|scope| scope == "public" || scope == "all"));
    assert_eq!(payload(&all.access_token)["agency"], "korlantas");

    let wider = issue(channel, "admin", SECRET, &format!("{READ} {WRITE}"), "").await.unwrap_err();
    let metadata = refused(&wider, Code::PermissionDenied, ErrorReason::ScopeNotAllowed);
    assert_eq!(metadata["scope"], WRITE);
    let elsewhere = issue(channel, "admin", SECRET, "", "korlantas").await.unwrap_err();
    let metadata = refused(&elsewhere, Code::PermissionDenied, ErrorReason::AgencyNotAllowed);
    assert_eq!(metadata["agency"], "korlantas");
    assert!(issue(channel, "admin", SECRET, "", "bpjs").await.is_ok());
    assert!(issue(channel, "hub", SECRET, "", "korlantas").await.is_ok());
    let operator = issue(channel, "hub", SECRET, "", "platform").await.unwrap_err();
    refused(&operator, Code::PermissionDenied, ErrorReason::AgencyNotAllowed);
    // Whoever has not shown a secret learns nothing about what a client may have.
    let nobody = issue(channel, "admin", "wrong", WRITE, "korlantas").await.unwrap_err();
    refused(&nobody, Code::Unauthenticated, ErrorReason::ClientNotAuthenticated);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn another_block_lets_a_real_token_in(#[case] kind: Kind) -> anyhow::Result<()> {
    let bank = client("bank", "bni", &["payments.bills.read"]);
    let bank = ClientConfig { roles: vec!["teller".to_owned()], ..bank };
    let running = running(kind, vec![bank]).await?;
    let credentials = CredentialsConfig {
        client_id: "bank".to_owned(),
        client_secret: SECRET.into(),
        scope: String::new(),
        identity: EndpointConfig::at(format!("http://{}", running.address)),
    };
    let token = Credentials::open(&credentials)?.token(None).await?;
    let jwks =
        TokenServiceClient::new(running.channel.clone()).list_keys(ListKeysRequest {}).await?;
    let fetched = AuthConfig {
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
        identity: Some(credentials.identity),
        jwks_file: None,
    };
    let gates =
        [Gate::open(&fetched).await?, Gate::with_keys(&jwks.into_inner().jwks, ISSUER, AUDIENCE)?];

    for gate in gates {
        let enter = |method: &'static str, token: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
            let gate = gate.clone();
            async move { gate.admit(method, &headers).await }
        };
        let bill = "rangkai.payments.v1.BillService/GetBill";
        let caller = enter(bill, token.reveal()).await?.unwrap();
        assert_eq!((caller.id.as_str(), caller.agency.as_str()), ("bank", "bni"));
        assert!(caller.has_role("teller"));
        let other = "rangkai.payments.v1.BillService/IssueBill";
        assert_eq!(enter(other, token.reveal()).await.unwrap_err().code(), Code::PermissionDenied);
        let forged = enter(bill, &forged(token.reveal())).await.unwrap_err();
        assert_eq!(forged.code(), Code::Unauthenticated);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn replicas_share_keys_and_an_old_key_outlives_its_tokens(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let block = block(kind).await?;
    let config = config(&block.database, vec![client("admin", "platform", &[READ])]);
    let replica = Identity::open(&config, block.clock.clone()).await?;
    let kids = || async {
        let jwks = block.tokens().list_keys(ListKeysRequest {}).await?.into_inner().jwks;
        let set: serde_json::Value = serde_json::from_str(&jwks)?;
        let kids = set["keys"].as_array().unwrap().iter().map(|key| key["kid"].to_string());
        anyhow::Ok(kids.collect::<Vec<_>>())
    };
    let first = kids().await?;
    assert_eq!(first.len(), 1);

    block.clock.advance(Duration::from_hours(24 * 90));
    tokio::try_join!(block.identity.rotate_keys(), replica.rotate_keys())?;
    let both = kids().await?;
    assert_eq!((both.len(), &both[..1]), (2, &first[..]));

    block.clock.advance(Duration::from_mins(30));
    assert_eq!(kids().await?, both[1..]);
    Ok(())
}

#[tokio::test]
async fn a_configuration_that_cannot_be_stops_the_start() -> anyhow::Result<()> {
    let block = block(Kind::Sqlite).await?;
    let good = || client("admin", "platform", &[READ]);

    for (clients, why) in [
        (vec![good(), good()], "twice"),
        (vec![ClientConfig { secret: "short".into(), ..good() }], "32 characters"),
        (vec![client("a b", "platform", &[READ])], "its id"),
        (vec![client("0199d1c2-0000-7000-8000-000000000000", "platform", &[READ])], "UUID"),
        (vec![client("admin", "Platform", &[READ])], "its agency"),
        (vec![client("admin", "platform", &["no.such.scope"])], "no.such.scope"),
    ] {
        let opened = Identity::open(&config(&block.database, clients), block.clock.clone()).await;
        let said = format!("{:#}", opened.unwrap_err());
        assert!(said.contains(why), "{why}: {said}");
        assert!(!said.contains("short") && !said.contains(SECRET), "{said}");
    }
    Ok(())
}

/// The token with one agency more in its claims, under the same signature.
fn forged(token: &str) -> String {
    let parts: Vec<_> = token.split('.').collect();
    let mut claims = payload(token);
    claims["agency"] = "kemenkeu".into();
    let claims = BASE64_URL_SAFE_NO_PAD.encode(claims.to_string());
    format!("{}.{claims}.{}", parts[0], parts[2])
}

fn payload(token: &str) -> serde_json::Value {
    let claims = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

async fn issue(
    channel: &Channel,
    id: &str,
    secret: &str,
    scope: &str,
    agency: &str,
) -> Result<IssueTokenResponse, Status> {
    let request = IssueTokenRequest {
        grant_type: "client_credentials".to_owned(),
        client_id: id.to_owned(),
        client_secret: secret.to_owned(),
        scope: scope.to_owned(),
        agency: agency.to_owned(),
    };
    Ok(TokenServiceClient::new(channel.clone()).issue_token(request).await?.into_inner())
}
