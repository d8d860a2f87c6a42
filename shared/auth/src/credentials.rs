//! Tokens for calls to other blocks.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rangkai_config::Secret;
use rangkai_primitives::{Agency, Clock, Timestamp};
use rangkai_proto::identity::v1::{IssueTokenRequest, token_service_client::TokenServiceClient};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex as AsyncMutex;
use tonic::{Status, transport::Channel};

use crate::{EndpointConfig, EndpointError, connect};

/// How long to wait for a token.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Who a client is, and where it gets its tokens.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialsConfig {
    /// The name that identity knows the client by.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: Secret,
    /// The scopes to ask for, parted by spaces; empty asks for all that the client may have.
    #[serde(default)]
    pub scope: String,
    /// The identity block.
    pub identity: EndpointConfig,
}

/// Gets access tokens from the identity block and keeps them until they are nearly over.
#[derive(Clone)]
pub struct Credentials(Arc<Holder>);

struct Holder {
    config: CredentialsConfig,
    identity: TokenServiceClient<Channel>,
    clock: Clock,
    kept: Mutex<HashMap<Option<Agency>, Place>>,
}

/// Where one agency's token is kept; whoever holds it asks, and the others wait for the answer.
type Place = Arc<AsyncMutex<Option<Kept>>>;

struct Kept {
    token: Secret,
    renew_at: Timestamp,
}

impl Credentials {
    /// Credentials as configured; nothing is asked for until the first token is needed.
    ///
    /// # Errors
    ///
    /// When the identity block's address is not usable.
    pub fn open(config: &CredentialsConfig) -> Result<Self, EndpointError> {
        Ok(Self::new(config, connect(&config.identity)?, Clock::system()))
    }

    /// Credentials that get their tokens over `identity`, and judge by `clock` when to renew them.
    #[must_use]
    pub fn new(config: &CredentialsConfig, identity: Channel, clock: Clock) -> Self {
        Self(Arc::new(Holder {
            config: config.clone(),
            identity: TokenServiceClient::new(identity),
            clock,
            kept: Mutex::default(),
        }))
    }

    /// A token to act for `agency`, or for the client's own agency. At most one request for it is
    /// under way at any time.
    ///
    /// # Errors
    ///
    /// What the identity block answers; `UNAVAILABLE` when it does not.
    pub async fn token(&self, agency: Option<&Agency>) -> Result<Secret, Status> {
        let place = self.0.place(agency);
        let mut kept = place.lock().await;
        if let Some(kept) = kept.as_ref().filter(|kept| self.0.clock.now() < kept.renew_at) {
            return Ok(kept.token.clone());
        }
        let fresh = self.0.ask(agency).await?;
        let token = fresh.token.clone();
        *kept = Some(fresh);
        Ok(token)
    }

    /// Drops the kept token of `agency`, because somebody did not accept it.
    pub async fn forget(&self, agency: Option<&Agency>) {
        *self.0.place(agency).lock().await = None;
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("client_id", &self.0.config.client_id)
            .finish_non_exhaustive()
    }
}

impl Holder {
    fn place(&self, agency: Option<&Agency>) -> Place {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.entry(agency.cloned()).or_default().clone()
    }

    async fn ask(&self, agency: Option<&Agency>) -> Result<Kept, Status> {
        let mut request = tonic::Request::new(IssueTokenRequest {
            grant_type: "client_credentials".to_owned(),
            client_id: self.config.client_id.clone(),
            client_secret: self.config.client_secret.reveal().to_owned(),
            scope: self.config.scope.clone(),
            agency: agency.map(Agency::to_string).unwrap_or_default(),
        });
        request.set_timeout(TIMEOUT);
        let asked_at = self.clock.now();
        let mut identity = self.identity.clone();
        let answer = tokio::time::timeout(TIMEOUT, identity.issue_token(request)).await;
        let answer = answer
            .map_err(|_| Status::unavailable("the identity block did not answer in time"))??
            .into_inner();
        // Renewed at four fifths of its life, so that it outlives the calls it is sent with.
        let life = Duration::from_secs(u64::try_from(answer.expires_in_seconds).unwrap_or(0));
        Ok(Kept { token: answer.access_token.into(), renew_at: asked_at + life * 4 / 5 })
    }
}
