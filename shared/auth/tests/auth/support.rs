//! Tokens, good and bad, and a stand-in for the identity block.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use http::{HeaderMap, HeaderValue};
use rangkai_auth::{Claims, Gate, Signer, key_set};
use rangkai_primitives::{Caller, Clock};
use rangkai_proto::identity::v1::{
    IssueTokenRequest, IssueTokenResponse, ListKeysRequest, ListKeysResponse,
    token_service_server::{TokenService, TokenServiceServer},
};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status, transport::Channel};

pub const ISSUER: &str = "https://identity.test";
pub const AUDIENCE: &str = "rangkai";
pub const ISSUE_BILL: &str = "/rangkai.payments.v1.BillService/IssueBill";

/// A key of its own.
pub fn signer() -> Signer {
    Signer::open(Signer::new_key().unwrap().reveal()).unwrap()
}

/// A gate that trusts one key.
pub fn gate(signer: &Signer) -> Gate {
    Gate::with_keys(&key_set([signer]), ISSUER, AUDIENCE).unwrap()
}

/// The claims of a client that may issue bills.
pub fn claims() -> Claims {
    let caller = Caller {
        id: "satpas".to_owned(),
        agency: "korlantas".parse().unwrap(),
        scopes: vec!["payments.bills.write".to_owned(), "payments.bills.read".to_owned()],
        roles: vec!["examiner".to_owned()],
        on_behalf: Some("workflow".to_owned()),
    };
    let life = Duration::from_hours(1);
    Claims::of(&caller, ISSUER, AUDIENCE, "one".to_owned(), Clock::system().now(), life)
}

/// The headers of a request with a token.
pub fn bearing(token: &str) -> HeaderMap {
    let value = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
    HeaderMap::from_iter([(http::header::AUTHORIZATION, value)])
}

/// Answers as the identity block does, and counts how often it was asked.
#[derive(Clone, Default)]
pub struct Identity {
    pub jwks: Arc<Mutex<Option<String>>>,
    pub asked: Arc<AtomicUsize>,
}

impl Identity {
    /// Starts it on a port of its own.
    pub async fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let service = TokenServiceServer::new(self.clone());
        let server = tonic::transport::Server::builder().add_service(service);
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        url
    }

    /// A channel to it.
    pub async fn channel(&self) -> Channel {
        let config = rangkai_auth::EndpointConfig::at(self.start().await);
        rangkai_auth::connect(&config).unwrap()
    }

    /// How often it was asked.
    pub fn count(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[tonic::async_trait]
impl TokenService for Identity {
    async fn issue_token(
        &self,
        request: Request<IssueTokenRequest>,
    ) -> Result<Response<IssueTokenResponse>, Status> {
        let count = self.asked.fetch_add(1, Ordering::SeqCst);
        let agency = request.into_inner().agency;
        Ok(Response::new(IssueTokenResponse {
            access_token: format!("token {count} for {agency}"),
            expires_in_seconds: 1_000,
            ..IssueTokenResponse::default()
        }))
    }

    async fn list_keys(
        &self,
        _: Request<ListKeysRequest>,
    ) -> Result<Response<ListKeysResponse>, Status> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let jwks = self.jwks.lock().unwrap().clone();
        let jwks = jwks.ok_or_else(|| Status::unavailable("away"))?;
        Ok(Response::new(ListKeysResponse { jwks }))
    }
}
