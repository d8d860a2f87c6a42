//! Keys that come from the identity block.

use rangkai_auth::{AuthConfig, EndpointConfig, Gate, key_set};
use tonic::Code;

use crate::support::{AUDIENCE, ISSUE_BILL, ISSUER, Identity, bearing, claims, signer};

async fn gate(identity: &Identity) -> Gate {
    let config = AuthConfig {
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
        identity: Some(EndpointConfig::at(identity.start().await)),
        jwks_file: None,
    };
    Gate::open(&config).await.unwrap()
}

#[tokio::test]
async fn keys_are_asked_for_once_and_kept() {
    let (signer, identity) = (signer(), Identity::default());
    *identity.jwks.lock().unwrap() = Some(key_set([&signer]));
    let gate = gate(&identity).await;
    let headers = bearing(&signer.mint(&claims()).unwrap());
    assert!(gate.admit(ISSUE_BILL, &headers).await.is_ok());

    *identity.jwks.lock().unwrap() = None;

    assert!(gate.admit(ISSUE_BILL, &headers).await.is_ok());
    assert_eq!(identity.count(), 1);
}

#[tokio::test]
async fn unknown_keys_do_not_make_the_gate_ask_more_often() {
    let (ours, identity) = (signer(), Identity::default());
    *identity.jwks.lock().unwrap() = Some(key_set([&ours]));
    let gate = gate(&identity).await;

    for _ in 0..20 {
        let stranger = bearing(&signer().mint(&claims()).unwrap());
        let status = gate.admit(ISSUE_BILL, &stranger).await.unwrap_err();
        assert_eq!(status.code(), Code::Unauthenticated);
    }

    assert_eq!(identity.count(), 1);
}

#[tokio::test]
async fn while_no_keys_can_be_had_a_retry_may_help() {
    let identity = Identity::default();
    let gate = gate(&identity).await;

    let headers = bearing(&signer().mint(&claims()).unwrap());
    let status = gate.admit(ISSUE_BILL, &headers).await.unwrap_err();

    assert_eq!(status.code(), Code::Unavailable);
}

#[tokio::test]
async fn a_gate_without_a_source_of_keys_is_not_put_up() {
    let config = AuthConfig {
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
        identity: None,
        jwks_file: None,
    };

    assert!(Gate::open(&config).await.is_err());
    assert!(Gate::with_keys("not a key set", ISSUER, AUDIENCE).is_err());
}
