//! Minting access tokens: for the identity block, and for tests.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use jsonwebtoken::{
    Algorithm, EncodingKey, Header, encode,
    jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash},
};
use rangkai_primitives::Sensitive;

use crate::Claims;

/// Signs access tokens with one ES256 key.
#[derive(Clone)]
pub struct Signer {
    key: EncodingKey,
    header: Header,
    jwk: Jwk,
}

/// Why a token could not be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// No key could be made.
    #[error("no signing key could be made")]
    NoKey,
    /// The key is not a PKCS#8 document of a P-256 key, or signing failed.
    #[error("the signing key is not usable")]
    Unusable(#[from] jsonwebtoken::errors::Error),
}

impl Signer {
    /// Makes a key: the PKCS#8 document to keep sealed and to give to [`Signer::open`].
    ///
    /// # Errors
    ///
    /// When the machine has no randomness.
    pub fn new_key() -> Result<Sensitive<Vec<u8>>, SignError> {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
            .map_err(|_| SignError::NoKey)?;
        Ok(Sensitive::from(key.as_ref().to_vec()))
    }

    /// A signer with the key that [`Signer::new_key`] made; its `kid` is the RFC 7638 thumbprint.
    ///
    /// # Errors
    ///
    /// When `pkcs8` is no such key.
    pub fn open(pkcs8: &[u8]) -> Result<Self, SignError> {
        let key = EncodingKey::from_ec_der(pkcs8);
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::ES256)?;
        let kid = jwk.thumbprint(ThumbprintHash::SHA256)?;
        jwk.common.key_id = Some(kid.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(kid);
        Ok(Self { key, header, jwk })
    }

    /// The name of the key in the key set.
    #[must_use]
    pub fn kid(&self) -> &str {
        self.header.kid.as_deref().unwrap_or_default()
    }

    /// The public half of the key.
    #[must_use]
    pub fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// Signs `claims`.
    ///
    /// # Errors
    ///
    /// When the key is not usable.
    pub fn mint(&self, claims: &Claims) -> Result<String, SignError> {
        Ok(encode(&self.header, claims, &self.key)?)
    }
}

/// The key set (RFC 7517) of `signers`, as JSON.
#[must_use]
pub fn key_set<'a>(signers: impl IntoIterator<Item = &'a Signer>) -> String {
    let keys = signers.into_iter().map(|signer| signer.jwk.clone()).collect();
    // Writing plain text fields as JSON cannot fail; an empty set would let nobody in.
    serde_json::to_string(&JwkSet { keys }).unwrap_or_else(|_| r#"{"keys":[]}"#.to_owned())
}
