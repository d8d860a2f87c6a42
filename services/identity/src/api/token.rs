//! `rangkai.identity.v1.TokenService`.

use rangkai_primitives::Sensitive;
use rangkai_proto::identity::v1::{self as wire, token_service_server::TokenService};
use rangkai_rpc::Violations;
use tonic::{Request, Response, Status};

use crate::{Identity, domain::Ask};

#[tonic::async_trait]
impl TokenService for Identity {
    async fn issue_token(
        &self,
        request: Request<wire::IssueTokenRequest>,
    ) -> Result<Response<wire::IssueTokenResponse>, Status> {
        let token = self.issuer.issue(read_issue(request.into_inner())?).await?;
        Ok(Response::new(wire::IssueTokenResponse {
            access_token: token.text,
            token_type: "Bearer".to_owned(),
            expires_in_seconds: i32::try_from(token.life.as_secs()).unwrap_or(i32::MAX),
            scope: token.scopes.join(" "),
        }))
    }

    async fn list_keys(
        &self,
        _request: Request<wire::ListKeysRequest>,
    ) -> Result<Response<wire::ListKeysResponse>, Status> {
        Ok(Response::new(wire::ListKeysResponse { jwks: self.issuer.jwks().await? }))
    }
}

fn read_issue(request: wire::IssueTokenRequest) -> Result<Ask, Status> {
    let mut fields = Violations::of(&request);
    let agency = fields.parse_if_set("agency", &request.agency);
    fields.check(|| {
        Some(Ask {
            client_id: request.client_id,
            client_secret: Sensitive::new(request.client_secret),
            scopes: request.scope.split_ascii_whitespace().map(str::to_owned).collect(),
            agency: agency?,
        })
    })
}
