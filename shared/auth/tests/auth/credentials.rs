//! Tokens for calls to other blocks.

use std::time::Duration;

use rangkai_auth::{Credentials, CredentialsConfig, EndpointConfig};
use rangkai_primitives::{Agency, Clock};

use crate::support::Identity;

async fn credentials(identity: &Identity, clock: Clock) -> Credentials {
    let config = CredentialsConfig {
        client_id: "workflow".to_owned(),
        client_secret: "secret".into(),
        scope: String::new(),
        identity: EndpointConfig::at("http://unused"),
    };
    Credentials::new(&config, identity.channel().await, clock)
}

#[tokio::test]
async fn many_callers_share_one_request_for_a_token() {
    let identity = Identity::default();
    let credentials = credentials(&identity, Clock::system()).await;

    let tokens = futures::future::join_all((0..50).map(|_| credentials.token(None))).await;

    assert!(tokens.iter().all(|token| token.as_ref().unwrap().reveal() == "token 0 for "));
    assert_eq!(identity.count(), 1);
}

#[tokio::test]
async fn each_agency_has_its_own_token() {
    let identity = Identity::default();
    let credentials = credentials(&identity, Clock::system()).await;
    let agency: Agency = "korlantas".parse().unwrap();

    let own = credentials.token(None).await.unwrap();
    let theirs = credentials.token(Some(&agency)).await.unwrap();

    assert_eq!([own.reveal(), theirs.reveal()], ["token 0 for ", "token 1 for korlantas"]);
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends() {
    let (identity, clock) = (Identity::default(), Clock::system());
    let credentials = credentials(&identity, clock.clone()).await;
    credentials.token(None).await.unwrap();

    clock.advance(Duration::from_secs(700));
    let still = credentials.token(None).await.unwrap();
    clock.advance(Duration::from_secs(101));
    let fresh = credentials.token(None).await.unwrap();

    assert_eq!([still.reveal(), fresh.reveal()], ["token 0 for ", "token 1 for "]);
}

#[tokio::test]
async fn a_token_that_was_not_accepted_is_asked_for_again() {
    let identity = Identity::default();
    let credentials = credentials(&identity, Clock::system()).await;
    credentials.token(None).await.unwrap();

    credentials.forget(None).await;

    assert_eq!(credentials.token(None).await.unwrap().reveal(), "token 1 for ");
    assert!(!format!("{credentials:?}").contains("secret"));
}
