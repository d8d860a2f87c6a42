//! The public keys that tokens are verified with.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse},
};
use rangkai_proto::identity::v1::{ListKeysRequest, token_service_client::TokenServiceClient};
use serde::Deserialize;
use tokio::{sync::Mutex, time::Instant};
use tonic::transport::Channel;

use crate::refusal::Refused;

/// How long an unknown key is not asked for again: nobody can make us ask more often.
const PATIENCE: Duration = Duration::from_secs(10);
/// The same after an answer that did not come.
const IMPATIENCE: Duration = Duration::from_secs(1);
/// How long to wait for the key set.
const TIMEOUT: Duration = Duration::from_secs(5);
/// More keys than this are not a key set but an attack.
const MOST_KEYS: usize = 64;

/// A key, and the one algorithm that it is for.
pub(crate) struct Key {
    pub(crate) algorithm: Algorithm,
    pub(crate) decoding: DecodingKey,
}

/// The keys known so far, and where to ask for others.
pub(crate) struct Keys {
    known: RwLock<HashMap<String, Arc<Key>>>,
    source: Option<Source>,
}

struct Source {
    identity: TokenServiceClient<Channel>,
    asked: Mutex<Asked>,
}

/// When the key set was last asked for, and whether it came.
#[derive(Clone, Copy, Default)]
struct Asked {
    at: Option<Instant>,
    answered: bool,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<serde_json::Value>,
}

impl Keys {
    /// The keys of a key set (RFC 7517).
    pub(crate) fn of(jwks: &str) -> Result<Self, serde_json::Error> {
        Ok(Self { known: RwLock::new(parse(jwks)?), source: None })
    }

    /// The keys of the identity block, asked for when first needed.
    pub(crate) fn from(identity: Channel) -> Self {
        let identity = TokenServiceClient::new(identity);
        let source = Source { identity, asked: Mutex::default() };
        Self { known: RwLock::default(), source: Some(source) }
    }

    /// The key named `kid`, asked for if it is not known.
    pub(crate) async fn find(&self, kid: &str) -> Result<Arc<Key>, Refused> {
        if let Some(key) = self.known(kid) {
            return Ok(key);
        }
        let source = self.source.as_ref().ok_or(Refused::Invalid)?;
        let mut asked = source.asked.lock().await;
        if let Some(key) = self.known(kid) {
            return Ok(key);
        }
        if asked.is_due() {
            let fresh = source.fetch().await;
            *asked = Asked { at: Some(Instant::now()), answered: fresh.is_some() };
            if let Some(fresh) = fresh {
                *self.known.write().unwrap_or_else(PoisonError::into_inner) = fresh;
            }
        }
        let missing = if asked.answered { Refused::Invalid } else { Refused::KeysAway };
        self.known(kid).ok_or(missing)
    }

    /// Whether `key` is still the one named `kid`.
    pub(crate) fn holds(&self, kid: &str, key: &Arc<Key>) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(kid).is_some_and(|known| Arc::ptr_eq(known, key))
    }

    fn known(&self, kid: &str) -> Option<Arc<Key>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(kid).cloned()
    }
}

impl Asked {
    fn is_due(self) -> bool {
        let patience = if self.answered { PATIENCE } else { IMPATIENCE };
        self.at.is_none_or(|at| at.elapsed() >= patience)
    }
}

impl Source {
    async fn fetch(&self) -> Option<HashMap<String, Arc<Key>>> {
        let mut identity = self.identity.clone();
        let mut request = tonic::Request::new(ListKeysRequest::default());
        request.set_timeout(TIMEOUT);
        let answer = tokio::time::timeout(TIMEOUT, identity.list_keys(request)).await;
        let jwks = match answer {
            Ok(Ok(answer)) => answer.into_inner().jwks,
            Ok(Err(status)) => {
                tracing::warn!(code = %status.code(), "the key set did not come");
                return None;
            }
            Err(_) => {
                tracing::warn!("the key set did not come in time");
                return None;
            }
        };
        parse(&jwks).inspect_err(|error| tracing::warn!(%error, "the key set is unreadable")).ok()
    }
}

/// Reads the keys that we can verify with; others, such as RSA keys, are passed over.
fn parse(jwks: &str) -> Result<HashMap<String, Arc<Key>>, serde_json::Error> {
    let set: KeySet = serde_json::from_str(jwks)?;
    let keys = set.keys.into_iter().take(MOST_KEYS);
    let keys = keys.filter_map(|value| serde_json::from_value::<Jwk>(value).ok());
    Ok(keys.filter_map(|jwk| usable(&jwk)).collect())
}

fn usable(jwk: &Jwk) -> Option<(String, Arc<Key>)> {
    let kid = jwk.common.key_id.clone()?;
    if !matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature)) {
        return None;
    }
    let algorithm = if let AlgorithmParameters::EllipticCurve(key) = &jwk.algorithm {
        (key.curve == EllipticCurve::P256).then_some(Algorithm::ES256)?
    } else if let AlgorithmParameters::OctetKeyPair(key) = &jwk.algorithm {
        (key.curve == EllipticCurve::Ed25519).then_some(Algorithm::EdDSA)?
    } else {
        return None;
    };
    let decoding = DecodingKey::from_jwk(jwk).ok()?;
    Some((kid, Arc::new(Key { algorithm, decoding })))
}
