//! The gate: deny by default.

use std::{
    convert::Infallible,
    fmt, fs, io, mem,
    path::PathBuf,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use http::HeaderMap;
use rangkai_primitives::{Caller, Clock};
use serde::{Deserialize, Serialize};
use tonic::{Request, Status};
use tower::{Layer, Service};

use crate::{
    EndpointConfig, EndpointError, Methods, MethodsError, connect,
    keys::Keys,
    refusal::{Refused, scope_missing},
    verified::{Verified, fingerprint},
    verify,
};

/// Whose tokens to trust. What a block's `config.toml` says about it:
///
/// ```toml
/// [auth]
/// issuer = "http://identity:50051"
/// audience = "rangkai"
///
/// [auth.identity]                      # or, instead: jwks_file = "/keys/jwks.json"
/// url = "http://identity:50051"
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthConfig {
    /// Who mints the tokens: the claim `iss`.
    pub issuer: String,
    /// Whom the tokens are for: the claim `aud`.
    pub audience: String,
    /// The identity block, which is asked for its key set.
    #[serde(default)]
    pub identity: Option<EndpointConfig>,
    /// A key set (RFC 7517) in a file, instead of the identity block.
    #[serde(default)]
    pub jwks_file: Option<PathBuf>,
}

/// Lets verified callers in, each to the methods that its token grants, and leaves a [`Caller`] on
/// the request. Everything else is refused.
#[derive(Clone)]
pub struct Gate {
    methods: &'static Methods,
    keys: Arc<Keys>,
    verified: Arc<Verified>,
    issuer: Arc<str>,
    audience: Arc<str>,
    clock: Clock,
}

/// A service behind a [`Gate`].
#[derive(Clone, Debug)]
pub struct Gated<S> {
    gate: Gate,
    inner: S,
}

/// Why a gate cannot be put up.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// A method does not say who may call it.
    #[error(transparent)]
    Methods(#[from] MethodsError),
    /// The identity block's address is not usable.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// The file with the key set cannot be read.
    #[error("the key set {file} cannot be read")]
    Unreadable {
        /// The file as configured.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The key set is not one.
    #[error("the key set is not valid")]
    NotAKeySet(#[from] serde_json::Error),
    /// Neither a key set nor an identity block is configured.
    #[error("auth needs either identity or jwks_file")]
    NoKeys,
}

impl Gate {
    /// Puts up a gate as configured. The identity block need not be up yet: it is asked for its
    /// keys when the first token arrives.
    ///
    /// # Errors
    ///
    /// When a method of the contracts declares no scope, or the keys' source is not usable.
    #[expect(clippy::unused_async, reason = "opening may wait, and callers should expect it to")]
    pub async fn open(config: &AuthConfig) -> Result<Self, GateError> {
        let keys = match (&config.jwks_file, &config.identity) {
            (Some(file), _) => {
                let jwks = fs::read_to_string(file)
                    .map_err(|source| GateError::Unreadable { file: file.clone(), source })?;
                Keys::of(&jwks)?
            }
            (None, Some(identity)) => Keys::from(connect(identity)?),
            (None, None) => return Err(GateError::NoKeys),
        };
        Self::new(keys, &config.issuer, &config.audience)
    }

    /// Puts up a gate that trusts the keys of `jwks`, a key set as JSON.
    ///
    /// # Errors
    ///
    /// When a method of the contracts declares no scope, or `jwks` is no key set.
    pub fn with_keys(jwks: &str, issuer: &str, audience: &str) -> Result<Self, GateError> {
        Self::new(Keys::of(jwks)?, issuer, audience)
    }

    /// The same gate, judging by `clock` whether a token has expired.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// The contracts that the gate guards.
    #[must_use]
    pub fn methods(&self) -> &'static Methods {
        self.methods
    }

    /// Says who may call the method at `path`, which may begin with a slash, with these headers:
    /// nobody in particular where the method is public and no good token was shown.
    ///
    /// The layer does this for gRPC; a REST handler asks for the method it stands for.
    ///
    /// # Errors
    ///
    /// `UNIMPLEMENTED`, `UNAUTHENTICATED`, `PERMISSION_DENIED`, or `UNAVAILABLE` while the keys are
    /// out of reach.
    pub async fn admit(&self, path: &str, headers: &HeaderMap) -> Result<Option<Caller>, Status> {
        let unknown = || Status::unimplemented("there is no such method");
        let method = self.methods.find(path).ok_or_else(unknown)?;
        match self.verify(headers).await {
            Ok(caller) if method.is_public() || caller.has_scope(&method.scope) => Ok(Some(caller)),
            Ok(_) => Err(scope_missing(&method.scope)),
            Err(_) if method.is_public() => Ok(None),
            Err(refused) => Err(refused.into()),
        }
    }

    fn new(keys: Keys, issuer: &str, audience: &str) -> Result<Self, GateError> {
        Ok(Self {
            methods: Methods::all()?,
            keys: Arc::new(keys),
            verified: Arc::default(),
            issuer: issuer.into(),
            audience: audience.into(),
            clock: Clock::system(),
        })
    }

    async fn verify(&self, headers: &HeaderMap) -> Result<Caller, Refused> {
        let token = verify::bearer(headers)?;
        let now = self.clock.now();
        let fingerprint = fingerprint(token);
        if let Some(caller) = self.verified.find(fingerprint, &self.keys, now) {
            return Ok(caller);
        }
        let kept = verify::verify(token, &self.keys, &self.issuer, &self.audience, now).await?;
        let caller = kept.caller.clone();
        self.verified.keep(fingerprint, kept);
        Ok(caller)
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

impl<S> Layer<S> for Gate {
    type Service = Gated<S>;

    fn layer(&self, inner: S) -> Gated<S> {
        Gated { gate: self.clone(), inner }
    }
}

impl<S, B, R> Service<http::Request<B>> for Gated<S>
where
    S: Service<http::Request<B>, Response = http::Response<R>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: Default + Send,
{
    type Response = http::Response<R>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        // The service that was asked whether it is ready is the one to be called.
        let next = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, next);
        let gate = self.gate.clone();
        let (mut parts, body) = request.into_parts();
        Box::pin(async move {
            // Nothing but this gate says who calls.
            parts.extensions.remove::<Caller>();
            match gate.admit(parts.uri.path(), &parts.headers).await {
                Ok(Some(caller)) => drop(parts.extensions.insert(caller)),
                Ok(None) => {}
                Err(status) => return Ok(status.into_http()),
            }
            inner.call(http::Request::from_parts(parts, body)).await
        })
    }
}

/// The caller of `request`.
///
/// # Errors
///
/// `UNAUTHENTICATED` when no gate let a caller in.
pub fn caller<T>(request: &Request<T>) -> Result<Caller, Status> {
    request.extensions().get::<Caller>().cloned().ok_or_else(|| Refused::Missing.into())
}
