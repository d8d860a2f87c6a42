//! Callers with tokens that a test's own gate trusts.

use std::time::Duration;

use rangkai_auth::{Claims, Gate, Signer, key_set};
use rangkai_primitives::{Caller, Clock};
use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataKey, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::Channel,
};
use uuid::Uuid;

/// Who mints the tokens of a test.
pub const ISSUER: &str = "https://identity.test";
/// Whom they are for.
pub const AUDIENCE: &str = "rangkai";

/// Long enough for a test that moves its clock past every statutory limit.
const LIFE: Duration = Duration::from_hours(24 * 400);

/// A channel on which every call carries a caller's token.
pub type Client = InterceptedService<Channel, Bearer>;

/// A signing key of a test, its gate and its tokens.
#[derive(Clone)]
pub struct Keys {
    signer: Signer,
}

impl Keys {
    /// Makes a fresh key.
    ///
    /// # Errors
    ///
    /// When the machine has no randomness to give.
    pub fn new() -> anyhow::Result<Self> {
        let key = Signer::new_key()?;
        Ok(Self { signer: Signer::open(key.reveal())? })
    }

    /// The public half as a key set (RFC 7517), such as `jwks_file` names.
    #[must_use]
    pub fn jwks(&self) -> String {
        key_set([&self.signer])
    }

    /// A gate that trusts these keys and no others.
    ///
    /// # Errors
    ///
    /// When a method of the contracts declares no scope.
    pub fn gate(&self) -> anyhow::Result<Gate> {
        Ok(Gate::with_keys(&self.jwks(), ISSUER, AUDIENCE)?)
    }

    /// What a token for `caller` says, for a test that bends it.
    #[must_use]
    pub fn claims(caller: &Caller) -> Claims {
        Claims::of(caller, ISSUER, AUDIENCE, fresh(), Clock::system().now(), LIFE)
    }

    /// A token that lets `caller` in.
    ///
    /// # Errors
    ///
    /// When signing fails.
    pub fn token(&self, caller: &Caller) -> anyhow::Result<String> {
        self.sign(&Self::claims(caller))
    }

    /// A token that says `claims`, true or not.
    ///
    /// # Errors
    ///
    /// When signing fails.
    pub fn sign(&self, claims: &Claims) -> anyhow::Result<String> {
        Ok(self.signer.mint(claims)?)
    }

    /// Adds the token of `caller` to each call on `channel`:
    /// `BillServiceClient::new(keys.client(channel, &caller)?)`.
    ///
    /// # Errors
    ///
    /// When signing fails.
    pub fn client(&self, channel: Channel, caller: &Caller) -> anyhow::Result<Client> {
        Ok(InterceptedService::new(channel, Bearer::new(&self.token(caller)?)?))
    }
}

/// Adds a token, and further headers, to each call.
#[derive(Clone, Debug)]
pub struct Bearer {
    headers: Vec<(MetadataKey<Ascii>, MetadataValue<Ascii>)>,
}

impl Bearer {
    /// Shows `token`, whatever it is.
    ///
    /// # Errors
    ///
    /// When it cannot stand in a header.
    pub fn new(token: &str) -> anyhow::Result<Self> {
        Self { headers: Vec::new() }.with("authorization", &format!("Bearer {token}"))
    }

    /// Adds one more header.
    ///
    /// # Errors
    ///
    /// When name or value cannot stand in a header.
    pub fn with(mut self, name: &'static str, value: &str) -> anyhow::Result<Self> {
        self.headers.push((MetadataKey::from_bytes(name.as_bytes())?, value.parse()?));
        Ok(self)
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        for (name, value) in &self.headers {
            request.metadata_mut().insert(name.clone(), value.clone());
        }
        Ok(request)
    }
}

/// A caller called `test` of `agency`; a test that needs two names them with
/// `Caller { id: "second".to_owned(), ..caller(…) }`.
///
/// # Panics
///
/// When `agency` is not the name of one: a mistake in the test.
#[must_use]
#[expect(clippy::expect_used, reason = "a wrong name in a test is a mistake in the test")]
pub fn caller(agency: &str, scopes: &[&str], roles: &[&str]) -> Caller {
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    Caller {
        id: "test".to_owned(),
        agency: agency.parse().expect("an agency's name"),
        scopes: owned(scopes),
        roles: owned(roles),
        on_behalf: None,
    }
}

/// A fresh id, such as every changing request wants for itself.
#[must_use]
pub fn fresh() -> String {
    Uuid::now_v7().to_string()
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, header::AUTHORIZATION};
    use rangkai_auth::Methods;

    use super::*;

    #[tokio::test]
    async fn the_gate_of_the_keys_lets_the_caller_in_and_no_other_gate_does() {
        let method = Methods::all().unwrap().iter().find(|method| !method.is_public()).unwrap();
        let (keys, others) = (Keys::new().unwrap(), Keys::new().unwrap());
        let caller = caller("korlantas", &[&method.scope], &["officer"]);
        let token = keys.token(&caller).unwrap();
        let bearer = format!("Bearer {token}").parse().unwrap();
        let headers = HeaderMap::from_iter([(AUTHORIZATION, bearer)]);

        let admitted = keys.gate().unwrap().admit(&method.name, &headers).await.unwrap();
        let refused = others.gate().unwrap().admit(&method.name, &headers).await.unwrap_err();

        assert_eq!(admitted, Some(caller));
        assert_eq!(refused.code(), tonic::Code::Unauthenticated);
    }
}
