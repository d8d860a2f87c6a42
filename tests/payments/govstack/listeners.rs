//! Where the profile is served, and to whom.

use std::net::SocketAddr;

use rangkai_payments::{Config, Conformance, DEFAULTS, Payments};
use rangkai_primitives::Clock;
use rangkai_rpc::{Block as _, Ready, Server, ServerConfig};
use rangkai_testkit::{Keys, Kind, caller, database, listen, serve_on};
use rstest::rstest;
use serde_json::json;

use super::{
    Listener,
    http::{code, send, with},
};

const PATHS: [(&str, &str); 10] = [
    ("POST", "/bulk-payment"),
    ("POST", "/prepayment-validation"),
    ("POST", "/prepayment-validation-response"),
    ("POST", "/register-beneficiary"),
    ("POST", "/update-beneficiary-details"),
    ("POST", "/vouchers/voucher_preactivation"),
    ("PATCH", "/vouchers/voucher_activation"),
    ("POST", "/vouchers/voucher_redemption"),
    ("PATCH", "/vouchers/voucherstatuscheck/5550"),
    ("GET", "/vouchers/voucherstatuscheck/5550"),
];

/// Bodies are read before any database is asked, so one kind of it is enough.
#[tokio::test]
async fn whatever_is_sent_is_answered_in_json() -> anyhow::Result<()> {
    let at = Listener::open(Kind::Sqlite).await?;
    let json = "content-type: application/json";

    for (verb, path) in &PATHS[5..9] {
        for (headers, body) in [
            ([json], ""),
            ([json], "{}"),
            ([json], "[]"),
            ([json], "null"),
            ([json], "\"text\""),
            ([json], "{\"a\":"),
            ([json], "\u{feff}{}"),
            (["content-type: text/plain"], "{\"a\":1}"),
            (["content-type: application/x-www-form-urlencoded"], "a=1"),
            (["x-channel: none"], "{\"a\":1}"),
        ] {
            let answer = with(at.address, verb, path, &headers, body).await?;
            assert_eq!((answer.code, answer.message()), (400, "Invalid request"), "{path} {body}");
        }
        let large = format!("{{\"a\":\"{}\"}}", "x".repeat(5 * 1024 * 1024));
        let answer = with(at.address, verb, path, &[json], &large).await;
        assert!(answer.is_err() || answer.is_ok_and(|answer| answer.code == 413));
    }
    unknown_paths_and_verbs(at.address).await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn without_the_conformance_listener_a_token_is_needed(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let database = database(kind).await?;
    let (keys, clock) = (Keys::new()?, Clock::system());
    let mut config: Config = toml::from_str(DEFAULTS)?;
    config.database = database.config.clone();
    let off = Payments::open(&config, clock.clone()).await?.behind(keys.gate()?);
    let off = serving(&off, &keys).await?;
    config.govstack.enabled = true;
    config.govstack.blocks = vec!["bb-digital-registries".to_owned()];
    let payments = Payments::open(&config, clock).await?.behind(keys.gate()?);
    let address = serving(&payments, &keys).await?;
    let bearer = |scopes: &[&str]| {
        let token = keys.token(&caller("kemensos", scopes, &[]))?;
        Ok::<_, anyhow::Error>(format!("authorization: Bearer {token}"))
    };
    let reader = bearer(&["payments.vouchers.read"])?;

    for (verb, path) in PATHS {
        let json = "content-type: application/json";
        assert_eq!(with(address, verb, path, &[json], "{}").await?.code, 401, "{path}");
        assert_ne!(code(off, verb, path).await?, 401, "{path}");
        let nobody = bearer(&["payments.bills.read"])?;
        assert_eq!(with(address, verb, path, &[json, &nobody], "{}").await?.code, 403, "{path}");
    }
    unknown_paths_and_verbs(address).await?;
    let (_, path) = PATHS[9];
    let known = with(address, "GET", path, &[&reader], "").await?;
    assert_eq!((known.code, &known.body["voucher_status"]), (200, &json!("Not Existing")));
    Ok(())
}

#[tokio::test]
async fn a_conformance_listener_is_refused_where_others_could_reach_it() -> anyhow::Result<()> {
    let at = Listener::open(Kind::Sqlite).await?;
    for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        let mut config = at.config.clone();
        config.conformance.as_mut().unwrap().listen = listen.parse()?;
        let refused = Conformance::open(&at.payments, &config).await.unwrap_err();
        assert!(refused.to_string().contains("loopback"), "{refused}");
    }
    let mut off = at.config.clone();
    off.enabled = false;
    assert!(Conformance::open(&at.payments, &off).await.is_err());
    // Loading the same samples again changes nothing.
    let again = Conformance::open(&at.payments, &at.config).await?;
    assert!(again.is_some());
    let body = json!({ "voucher_serial_number": "6007", "Gov_Stack_BB": "bb-digital-registries" });
    let answer = send(at.address, "PATCH", "/vouchers/voucher_activation", &body).await?;
    assert_eq!(answer.code, 456);
    Ok(())
}

/// What is not there is said in JSON too, whoever answers.
async fn unknown_paths_and_verbs(address: SocketAddr) -> anyhow::Result<()> {
    for (verb, path, code) in [
        ("GET", "/", 404),
        ("GET", "/nothing", 404),
        ("POST", "/vouchers", 404),
        ("GET", "/vouchers/nothing", 404),
        ("GET", "/bulk-payment", 405),
        ("GET", "/vouchers/voucher_preactivation", 405),
        ("DELETE", "/vouchers/voucher_activation", 405),
        ("PUT", "/vouchers/voucherstatuscheck/5550", 405),
        ("DELETE", "/vouchers/voucherstatuscheck", 405),
        ("POST", "/vouchers/voucherstatuscheck/", 405),
        ("GET", "/vouchers/voucherstatuscheck", 400),
        ("PATCH", "/vouchers/voucherstatuscheck/", 400),
    ] {
        let answer = with(address, verb, path, &[], "").await?;
        assert_eq!(answer.code, code, "{verb} {path}");
        assert!(!answer.message().is_empty(), "{verb} {path}: {answer:?}");
    }
    Ok(())
}

/// Where a block is served as it is to its callers.
async fn serving(payments: &Payments, keys: &Keys) -> anyhow::Result<SocketAddr> {
    let (listener, address) = listen().await?;
    let server = Server {
        config: ServerConfig::default(),
        routes: payments.routes(),
        json: payments.json(),
        gate: keys.gate()?,
        ready: Ready::always(),
    };
    serve_on(listener, server)?;
    Ok(address)
}
