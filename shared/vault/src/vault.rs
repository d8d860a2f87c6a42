//! The keys that hang below the master key.

use std::{fmt, sync::Arc};

use aws_lc_rs::{
    hkdf::{self, HKDF_SHA256, Salt},
    hmac::{self, HMAC_SHA256},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rangkai_config::Secret;

use crate::{
    VaultError,
    aead::{self, KeyBytes, OVERHEAD},
};

/// A value with its own data key in front.
const ENVELOPE: u8 = 1;
/// A data key, wrapped by the master key.
const WRAPPED: u8 = 2;
/// A value under a key that is kept elsewhere.
const WITH_KEY: u8 = 3;

/// The length of a wrapped key, its version byte left out.
const WRAPPED_LEN: usize = size_of::<KeyBytes>() + OVERHEAD;

/// Seals, opens and hashes with keys derived from one master key.
#[derive(Clone)]
pub struct Vault {
    keys: Arc<Keys>,
}

struct Keys {
    wrapping: KeyBytes,
    hashing: hmac::Key,
}

/// A data key that only the vault which made it can use; safe to keep in a row.
#[derive(Clone, PartialEq, Eq)]
pub struct WrappedKey(Vec<u8>);

impl Vault {
    /// A vault below `master`, the base64 of 32 random bytes.
    ///
    /// # Errors
    ///
    /// [`VaultError::MasterKey`] when it is anything else.
    pub fn new(master: &Secret) -> Result<Self, VaultError> {
        if master.is_empty() {
            return Err(VaultError::NoMasterKey);
        }
        let bytes = STANDARD.decode(master.reveal().trim()).map_err(|_| VaultError::MasterKey)?;
        let bytes = KeyBytes::try_from(bytes).map_err(|_| VaultError::MasterKey)?;
        let master = Salt::new(HKDF_SHA256, b"rangkai vault v1").extract(&bytes);
        let wrapping = derive(&master, b"wrap")?;
        let hashing = hmac::Key::new(HMAC_SHA256, &derive(&master, b"hash")?);
        Ok(Self { keys: Arc::new(Keys { wrapping, hashing }) })
    }

    /// Seals `text` with a data key of its own, which travels in front of it.
    ///
    /// # Errors
    ///
    /// [`VaultError::Cipher`].
    pub fn seal(&self, text: &[u8]) -> Result<Vec<u8>, VaultError> {
        let key = aead::fresh()?;
        let mut sealed = Vec::with_capacity(1 + WRAPPED_LEN + OVERHEAD + text.len());
        sealed.push(ENVELOPE);
        aead::seal(&self.keys.wrapping, WRAPPED, &key, &mut sealed)?;
        aead::seal(&key, ENVELOPE, text, &mut sealed)?;
        Ok(sealed)
    }

    /// The text that [`Vault::seal`] sealed.
    ///
    /// # Errors
    ///
    /// [`VaultError::Refused`] when a bit of it changed or another master key sealed it.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        let body = versioned(sealed, ENVELOPE)?;
        let (wrapped, body) = body.split_at_checked(WRAPPED_LEN).ok_or(VaultError::Refused)?;
        aead::open(&self.unwrap(wrapped)?, ENVELOPE, body)
    }

    /// A new data key, for everything about one person for example.
    ///
    /// # Errors
    ///
    /// [`VaultError::Cipher`].
    pub fn new_key(&self) -> Result<WrappedKey, VaultError> {
        let mut wrapped = Vec::with_capacity(1 + WRAPPED_LEN);
        wrapped.push(WRAPPED);
        aead::seal(&self.keys.wrapping, WRAPPED, &aead::fresh()?, &mut wrapped)?;
        Ok(WrappedKey(wrapped))
    }

    /// Seals `text` with `key`; without that key nobody opens it again.
    ///
    /// # Errors
    ///
    /// [`VaultError::Refused`] when `key` is not this vault's, [`VaultError::Cipher`] otherwise.
    pub fn seal_with(&self, key: &WrappedKey, text: &[u8]) -> Result<Vec<u8>, VaultError> {
        let key = self.unwrap(versioned(&key.0, WRAPPED)?)?;
        let mut sealed = Vec::with_capacity(1 + OVERHEAD + text.len());
        sealed.push(WITH_KEY);
        aead::seal(&key, WITH_KEY, text, &mut sealed)?;
        Ok(sealed)
    }

    /// The text that [`Vault::seal_with`] sealed with `key`.
    ///
    /// # Errors
    ///
    /// [`VaultError::Refused`] when a bit of it changed or another key sealed it.
    pub fn open_with(&self, key: &WrappedKey, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        let body = versioned(sealed, WITH_KEY)?;
        aead::open(&self.unwrap(versioned(&key.0, WRAPPED)?)?, WITH_KEY, body)
    }

    /// A hash of `value` that only a holder of the master key can compute.
    ///
    /// The same value hashes differently in every `context`, so that hashes kept for one purpose
    /// reveal nothing to another. Exact look-ups, pairwise ids and codes are kept this way.
    #[must_use]
    pub fn keyed_hash(&self, context: &str, value: &[u8]) -> [u8; 32] {
        let key = hmac::Key::new(HMAC_SHA256, self.context_key(context).as_ref());
        let tag = hmac::sign(&key, value);
        let mut hash = [0; 32];
        hash.copy_from_slice(tag.as_ref());
        hash
    }

    /// One step of HKDF-Expand (RFC 5869), which is an HMAC and so cannot fail.
    fn context_key(&self, context: &str) -> hmac::Tag {
        let mut step = hmac::Context::with_key(&self.keys.hashing);
        step.update(context.as_bytes());
        step.update(&[1]);
        step.sign()
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<KeyBytes, VaultError> {
        let key = aead::open(&self.keys.wrapping, WRAPPED, wrapped)?;
        KeyBytes::try_from(key).map_err(|_| VaultError::Refused)
    }
}

impl WrappedKey {
    /// The bytes to keep in a row.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for WrappedKey {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<WrappedKey> for Vec<u8> {
    fn from(key: WrappedKey) -> Self {
        key.0
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(***)")
    }
}

impl fmt::Debug for WrappedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WrappedKey(***)")
    }
}

fn derive(master: &hkdf::Prk, label: &[u8]) -> Result<KeyBytes, VaultError> {
    let mut key = KeyBytes::default();
    master
        .expand(&[label], HKDF_SHA256)
        .and_then(|material| material.fill(&mut key))
        .map_err(|_| VaultError::Cipher)?;
    Ok(key)
}

fn versioned(sealed: &[u8], version: u8) -> Result<&[u8], VaultError> {
    match sealed.split_first() {
        Some((first, rest)) if *first == version => Ok(rest),
        Some(_) | None => Err(VaultError::Refused),
    }
}
