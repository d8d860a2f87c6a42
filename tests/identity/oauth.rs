//! Tokens as any OAuth 2.0 client asks for them: plain HTTP, byte for byte.

use std::net::SocketAddr;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use rangkai_auth::Gate;
use rangkai_testkit::{AUDIENCE, ISSUER, Kind};
use rstest::rstest;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::block::{SECRET, client, running};

const READ: &str = "payments.bills.read";

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_oauth_client_finds_its_way(#[case] kind: Kind) -> anyhow::Result<()> {
    let running = running(kind, vec![client("bank", "bni", &[READ])]).await?;
    let metadata = get(running.address, "/.well-known/oauth-authorization-server").await?;
    assert_eq!((metadata.code, metadata.body["issuer"].as_str()), (200, Some(ISSUER)));
    let path = |name: &str| metadata.body[name].as_str().unwrap().replace(ISSUER, "");
    assert_eq!(metadata.body["grant_types_supported"][0], "client_credentials");

    let form = format!("grant_type=client_credentials&scope={READ}");
    let token =
        post(running.address, &path("token_endpoint"), &basic("bank", SECRET), &form).await?;
    assert_eq!((token.code, token.body["token_type"].as_str()), (200, Some("Bearer")));
    assert_eq!((&token.body["expires_in"], &token.body["scope"]), (&600.into(), &READ.into()));
    assert!(token.head.contains("cache-control: no-store"), "{}", token.head);

    let jwks = get(running.address, &path("jwks_uri")).await?;
    assert_eq!(jwks.body["keys"][0]["alg"], "ES256");
    let gate = Gate::with_keys(&jwks.body.to_string(), ISSUER, AUDIENCE)?;
    let bearer = format!("Bearer {}", token.body["access_token"].as_str().unwrap());
    let headers = [("authorization".parse()?, bearer.parse()?)].into_iter().collect();
    let caller = gate.admit("rangkai.payments.v1.BillService/GetBill", &headers).await?.unwrap();
    assert_eq!((caller.id.as_str(), caller.agency.as_str()), ("bank", "bni"));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn each_problem_has_the_name_that_the_standard_gives_it(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let running = running(kind, vec![client("bank", "bni", &[READ])]).await?;
    let in_body = format!("grant_type=client_credentials&client_id=bank&client_secret={SECRET}");
    let alone = "grant_type=client_credentials";
    let right = basic("bank", SECRET);

    for (authorization, form, code, error) in [
        ("", in_body.as_str(), 200, ""),
        (&right, alone, 200, ""),
        (&right, "grant_type=client_credentials&client_id=bank", 200, ""),
        (&right, "grant_type=client_credentials&resource=x", 200, ""),
        (&right, in_body.as_str(), 400, "invalid_request"),
        (&right, "grant_type=client_credentials&client_id=other", 400, "invalid_request"),
        (&right, "scope=a", 400, "invalid_request"),
        (&right, "grant_type=password", 400, "unsupported_grant_type"),
        (&right, "grant_type=client_credentials&scope=a&scope=b", 400, "invalid_request"),
        (&right, "grant_type=client_credentials&scope=no.such.scope", 400, "invalid_scope"),
        (&right, "grant_type=client_credentials&agency=bri", 400, "unauthorized_client"),
        (&right, "grant_type=client_credentials&agency=B!", 400, "invalid_request"),
        ("", alone, 401, "invalid_client"),
        (&basic("bank", "wrong"), alone, 401, "invalid_client"),
        (&basic("nobody", SECRET), alone, 401, "invalid_client"),
        ("Basic !", alone, 401, "invalid_client"),
        ("Bearer x", alone, 401, "invalid_client"),
    ] {
        let answer = post(running.address, "/oauth2/token", authorization, form).await?;
        let found = answer.body["error"].as_str().unwrap_or_default();
        assert_eq!((answer.code, found), (code, error), "{authorization} {form}: {}", answer.body);
        assert!(answer.head.contains("cache-control: no-store"), "{form}: {}", answer.head);
        assert_eq!(answer.head.contains("www-authenticate: basic"), code == 401, "{form}");
    }
    let long = "x".repeat(40_000);
    assert_eq!(post(running.address, "/oauth2/token", &right, &long).await?.code, 400);
    Ok(())
}

struct Answer {
    code: u16,
    head: String,
    body: Value,
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")))
}

async fn get(address: SocketAddr, path: &str) -> anyhow::Result<Answer> {
    let request = format!("GET {path} HTTP/1.0\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    send(address, &request).await
}

async fn post(
    address: SocketAddr,
    path: &str,
    authorization: &str,
    form: &str,
) -> anyhow::Result<Answer> {
    let authorization = match authorization {
        "" => String::new(),
        value => format!("authorization: {value}\r\n"),
    };
    let request = format!(
        "POST {path} HTTP/1.0\r\nhost: {address}\r\n{authorization}\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{form}",
        form.len()
    );
    send(address, &request).await
}

async fn send(address: SocketAddr, request: &str) -> anyhow::Result<Answer> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
    let code = head.split(' ').nth(1).expect("a status").parse()?;
    Ok(Answer { code, head: head.to_lowercase(), body: serde_json::from_str(body)? })
}
