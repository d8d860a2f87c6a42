//! Tokens for the block when it calls itself, as the identity block would give them.

use rangkai_auth::{CredentialsConfig, EndpointConfig};
use rangkai_proto::identity::v1::{
    IssueTokenRequest, IssueTokenResponse, ListKeysRequest, ListKeysResponse,
    token_service_server::{TokenService, TokenServiceServer},
};
use rangkai_testkit::{Keys, caller, every_scope, listen};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status};

/// Lets the block in with every scope, for whatever agency it asks.
#[derive(Clone)]
pub struct Issuer {
    keys: Keys,
    url: String,
}

impl Issuer {
    /// Serves on a free port until the test ends.
    pub async fn open(keys: Keys) -> anyhow::Result<Self> {
        let (listener, address) = listen().await?;
        let issuer = Self { keys, url: format!("http://{address}") };
        let server = tonic::transport::Server::builder()
            .add_service(TokenServiceServer::new(issuer.clone()));
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        Ok(issuer)
    }

    /// Who the block is to the issuer.
    pub fn credentials(&self) -> CredentialsConfig {
        CredentialsConfig {
            client_id: "workflow".to_owned(),
            client_secret: "secret".to_owned().into(),
            scope: String::new(),
            identity: EndpointConfig::at(&self.url),
        }
    }
}

#[tonic::async_trait]
impl TokenService for Issuer {
    async fn issue_token(
        &self,
        request: Request<IssueTokenRequest>,
    ) -> Result<Response<IssueTokenResponse>, Status> {
        let agency = request.into_inner().agency;
        let agency = if agency.is_empty() { "workflow" } else { &agency };
        let mut scopes = every_scope().map_err(|error| Status::internal(error.to_string()))?;
        scopes.push(rangkai_events::READ_ALL);
        let token = self.keys.token(&caller(agency, &scopes, &[]));
        Ok(Response::new(IssueTokenResponse {
            access_token: token.map_err(|error| Status::internal(error.to_string()))?,
            token_type: "Bearer".to_owned(),
            expires_in_seconds: 3_600,
            scope: String::new(),
        }))
    }

    async fn list_keys(
        &self,
        _: Request<ListKeysRequest>,
    ) -> Result<Response<ListKeysResponse>, Status> {
        Ok(Response::new(ListKeysResponse { jwks: self.keys.jwks() }))
    }
}
