//! Tokens at the gate.

use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rangkai_auth::{
    Actor, Audience, Claims, DOMAIN, Methods, SCOPE_MISSING, Signer, TOKEN_EXPIRED, TOKEN_INVALID,
    TOKEN_MISSING, key_set,
};
use rangkai_primitives::{Caller, Clock};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use tower::{Layer as _, ServiceExt as _};

use crate::support::{ISSUE_BILL, bearing, claims, gate, signer};

#[track_caller]
fn assert_refused(outcome: Result<Option<Caller>, Status>, code: Code, reason: &str) {
    let status = outcome.expect_err("somebody was let in");
    assert_eq!(status.code(), code, "{status:?}");
    let info = status.get_details_error_info().unwrap();
    assert_eq!((info.domain.as_str(), info.reason.as_str()), (DOMAIN, reason));
}

async fn shown(token: &str, signer: &Signer) -> Result<Option<Caller>, Status> {
    gate(signer).admit(ISSUE_BILL, &bearing(token)).await
}

/// A token with another header than the one that the signer writes.
fn with_header(pkcs8: &[u8], change: impl FnOnce(&mut Header)) -> String {
    let mut header = Header::new(Algorithm::ES256);
    header.typ = Some("at+jwt".to_owned());
    header.kid = Some(Signer::open(pkcs8).unwrap().kid().to_owned());
    change(&mut header);
    encode(&header, &claims(), &EncodingKey::from_ec_der(pkcs8)).unwrap()
}

#[tokio::test]
async fn a_good_token_lets_its_bearer_in() {
    let signer = signer();

    let caller = shown(&signer.mint(&claims()).unwrap(), &signer).await.unwrap().unwrap();

    assert_eq!(caller.id, "satpas");
    assert_eq!(caller.agency.as_str(), "korlantas");
    assert!(caller.has_scope("payments.bills.write"));
    assert!(caller.has_role("examiner"));
    assert_eq!(caller.on_behalf.as_deref(), Some("workflow"));
}

#[tokio::test]
async fn a_token_signed_by_another_key_is_refused() {
    let (ours, theirs) = (Signer::new_key().unwrap(), Signer::new_key().unwrap());
    let kid = Signer::open(ours.reveal()).unwrap().kid().to_owned();

    let forged = with_header(theirs.reveal(), |header| header.kid = Some(kid));

    let outcome = shown(&forged, &Signer::open(ours.reveal()).unwrap()).await;
    assert_refused(outcome, Code::Unauthenticated, TOKEN_INVALID);
}

#[tokio::test]
async fn a_token_whose_content_was_changed_is_refused() {
    let signer = signer();
    let good = signer.mint(&claims()).unwrap();
    let mut other = claims();
    other.agency = "bpjs".to_owned();
    let other = signer.mint(&other).unwrap();
    let (good, other): (Vec<_>, Vec<_>) = (good.split('.').collect(), other.split('.').collect());

    let spliced = [good[0], other[1], good[2]].join(".");

    assert_refused(shown(&spliced, &signer).await, Code::Unauthenticated, TOKEN_INVALID);
}

#[tokio::test]
async fn the_token_does_not_choose_its_algorithm() {
    let signer = signer();
    let good = signer.mint(&claims()).unwrap();
    let body = good.split('.').nth(1).unwrap();
    // {"alg":"none","typ":"at+jwt"}
    let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{body}.");
    let mut header = Header::new(Algorithm::HS256);
    header.typ = Some("at+jwt".to_owned());
    header.kid = Some(signer.kid().to_owned());
    let public = key_set([&signer]);
    let confused =
        encode(&header, &claims(), &EncodingKey::from_secret(public.as_bytes())).unwrap();

    for token in [unsigned, confused] {
        assert_refused(shown(&token, &signer).await, Code::Unauthenticated, TOKEN_INVALID);
    }
}

#[tokio::test]
async fn only_an_access_token_is_one() {
    let key = Signer::new_key().unwrap();
    let signer = Signer::open(key.reveal()).unwrap();
    assert!(shown(&with_header(key.reveal(), |_| {}), &signer).await.is_ok());
    let tokens = [
        with_header(key.reveal(), |header| header.typ = Some("JWT".to_owned())),
        with_header(key.reveal(), |header| header.typ = None),
        with_header(key.reveal(), |header| header.kid = None),
        with_header(key.reveal(), |header| header.kid = Some("unknown".to_owned())),
        with_header(key.reveal(), |header| header.crit = Some(vec!["b64".to_owned()])),
    ];

    for token in tokens {
        assert_refused(shown(&token, &signer).await, Code::Unauthenticated, TOKEN_INVALID);
    }
}

#[tokio::test]
async fn every_claim_is_checked() {
    let signer = signer();
    let changes: [fn(&mut Claims); 8] = [
        |claims| claims.iss = "https://elsewhere.test".to_owned(),
        |claims| claims.aud = Audience::One("other".to_owned()),
        |claims| claims.aud = Audience::Several(Vec::new()),
        |claims| claims.nbf += 600,
        |claims| claims.agency = "Not A Slug".to_owned(),
        |claims| claims.agency = String::new(),
        |claims| claims.sub = String::new(),
        |claims| claims.sub = "block:payments".to_owned(),
    ];

    for change in changes {
        let mut wrong = claims();
        change(&mut wrong);
        let outcome = shown(&signer.mint(&wrong).unwrap(), &signer).await;
        assert_refused(outcome, Code::Unauthenticated, TOKEN_INVALID);
    }
}

#[tokio::test]
async fn a_token_ends_by_the_clock_of_the_process() {
    let signer = signer();
    let clock = Clock::system();
    let gate = gate(&signer).with_clock(clock.clone());
    let headers = bearing(&signer.mint(&claims()).unwrap());
    assert!(gate.admit(ISSUE_BILL, &headers).await.is_ok());

    clock.advance(std::time::Duration::from_secs(3_601));

    let outcome = gate.admit(ISSUE_BILL, &headers).await;
    assert_refused(outcome, Code::Unauthenticated, TOKEN_EXPIRED);
}

#[tokio::test]
async fn a_scope_that_the_token_lacks_is_named() {
    let signer = signer();
    let mut claims = claims();
    // A longer scope that begins the same is another scope.
    claims.scope = "payments.bills.read payments.bills.write_all".to_owned();
    claims.act = Some(Actor { sub: "workflow".to_owned() });

    let status = shown(&signer.mint(&claims).unwrap(), &signer).await.unwrap_err();

    let info = status.get_details_error_info().unwrap();
    assert_eq!((status.code(), info.reason.as_str()), (Code::PermissionDenied, SCOPE_MISSING));
    assert_eq!(info.metadata["scope"], "payments.bills.write");
}

#[tokio::test]
async fn without_one_bearer_token_nobody_is_let_in() {
    let signer = signer();
    let good = signer.mint(&claims()).unwrap();
    let basic = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static("Basic YTpi"))]);
    let mut twice = bearing(&good);
    twice.append(AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {good}")).unwrap());
    let long = bearing(&"x".repeat(9_000));

    for (headers, reason) in [
        (HeaderMap::new(), TOKEN_MISSING),
        (basic, TOKEN_MISSING),
        (twice, TOKEN_INVALID),
        (long, TOKEN_INVALID),
        (bearing("not.a.token"), TOKEN_INVALID),
    ] {
        let outcome = gate(&signer).admit(ISSUE_BILL, &headers).await;
        assert_refused(outcome, Code::Unauthenticated, reason);
    }
}

#[tokio::test]
async fn a_public_method_needs_no_token_and_an_unknown_one_does_not_exist() {
    let gate = gate(&signer());

    let public = gate.admit("/rangkai.identity.v1.TokenService/ListKeys", &HeaderMap::new()).await;
    let unknown = gate.admit("/rangkai.payments.v1.BillService/Steal", &HeaderMap::new()).await;

    assert!(public.unwrap().is_none());
    assert_eq!(unknown.unwrap_err().code(), Code::Unimplemented);
}

#[tokio::test]
async fn the_layer_leaves_the_caller_and_answers_as_grpc() {
    let signer = signer();
    let inner = tower::service_fn(|request: http::Request<String>| async move {
        let caller = request.extensions().get::<Caller>().cloned();
        Ok(http::Response::new(caller.map(|caller| caller.id).unwrap_or_default()))
    });
    let gated = gate(&signer).layer(inner);
    let request = |headers: HeaderMap| {
        let mut request = http::Request::post(ISSUE_BILL).body(String::new()).unwrap();
        *request.headers_mut() = headers;
        request
    };

    let good = bearing(&signer.mint(&claims()).unwrap());
    let inside = gated.clone().oneshot(request(good)).await.unwrap();
    let outside = gated.oneshot(request(HeaderMap::new())).await.unwrap();

    assert_eq!(inside.body(), "satpas");
    assert_eq!(outside.headers()["grpc-status"], "16");
}

#[test]
fn every_method_of_the_contracts_declares_its_scope() {
    let methods = Methods::all().unwrap();

    assert!(methods.iter().count() > 10);
    assert!(methods.iter().all(|method| method.max_deadline >= method.default_deadline));
}

#[test]
fn contracts_without_scopes_cannot_be_served() {
    let descriptors = undeclared();

    let refused = Methods::of(&descriptors).unwrap_err().to_string();

    assert_eq!(refused, "the method rangkai.test.v1.TestService/Run declares no scope");
}

/// The contracts of the house with a service whose method declares no scope.
fn undeclared() -> prost_reflect::DescriptorPool {
    use prost_reflect::prost_types::{
        DescriptorProto, FileDescriptorProto, MethodDescriptorProto, ServiceDescriptorProto,
    };
    let mut pool = rangkai_proto::pool().clone();
    let method = MethodDescriptorProto {
        name: Some("Run".to_owned()),
        input_type: Some(".rangkai.test.v1.Nothing".to_owned()),
        output_type: Some(".rangkai.test.v1.Nothing".to_owned()),
        ..MethodDescriptorProto::default()
    };
    let service = ServiceDescriptorProto {
        name: Some("TestService".to_owned()),
        method: vec![method],
        options: None,
    };
    let nothing =
        DescriptorProto { name: Some("Nothing".to_owned()), ..DescriptorProto::default() };
    pool.add_file_descriptor_proto(FileDescriptorProto {
        name: Some("rangkai/test/v1/test.proto".to_owned()),
        package: Some("rangkai.test.v1".to_owned()),
        message_type: vec![nothing],
        service: vec![service],
        syntax: Some("proto3".to_owned()),
        ..FileDescriptorProto::default()
    })
    .unwrap();
    pool
}
