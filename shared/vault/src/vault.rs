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
    aead::{self, Cipher, KeyBytes, OVERHEAD},
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
    wrapping: Cipher,
    hashing: hmac::Key,
}

/// A data key at work: for whoever seals or opens much with one key.
pub struct Sealer {
    cipher: Cipher,
}

/// Keyed hashes of one context: for whoever hashes much.
#[derive(Clone)]
pub struct Hasher {
    key: hmac::Key,
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
        let wrapping = Cipher::new(&derive(&master, b"wrap")?)?;
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
        self.keys.wrapping.seal(WRAPPED, &key, &mut sealed)?;
        Cipher::new(&key)?.seal(ENVELOPE, text, &mut sealed)?;
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
        self.unwrap(wrapped)?.open(ENVELOPE, body)
    }

    /// A new data key, for everything about one person for example.
    ///
    /// # Errors
    ///
    /// [`VaultError::Cipher`].
    pub fn new_key(&self) -> Result<WrappedKey, VaultError> {
        let mut wrapped = Vec::with_capacity(1 + WRAPPED_LEN);
        wrapped.push(WRAPPED);
        self.keys.wrapping.seal(WRAPPED, &aead::fresh()?, &mut wrapped)?;
        Ok(WrappedKey(wrapped))
    }

    /// Seals `text` with `key`; without that key nobody opens it again.
    ///
    /// # Errors
    ///
    /// [`VaultError::Refused`] when `key` is not this vault's, [`VaultError::Cipher`] otherwise.
    pub fn seal_with(&self, key: &WrappedKey, text: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.sealer(key)?.seal(text)
    }

    /// The text that [`Vault::seal_with`] sealed with `key`.
    ///
    /// # Errors
    ///
    /// [`VaultError::Refused`] when a bit of it changed or another key sealed it.
    pub fn open_with(&self, key: &WrappedKey, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.sealer(key)?.open(sealed)
    }

    /// Unwraps `key` once, to seal and open much with it.
    ///
    /// # Errors
    ///
    /// [`VaultError::Refused`] when `key` is not this vault's.
    pub fn sealer(&self, key: &WrappedKey) -> Result<Sealer, VaultError> {
        Ok(Sealer { cipher: self.unwrap(versioned(&key.0, WRAPPED)?)? })
    }

    /// A hash of `value` that only a holder of the master key can compute.
    ///
    /// The same value hashes differently in every `context`, so that hashes kept for one purpose
    /// reveal nothing to another. Exact look-ups, pairwise ids and codes are kept this way.
    #[must_use]
    pub fn keyed_hash(&self, context: &str, value: &[u8]) -> [u8; 32] {
        self.hasher(context).hash(value)
    }

    /// What [`Vault::keyed_hash`] does in `context`, made ready once.
    #[must_use]
    pub fn hasher(&self, context: &str) -> Hasher {
        Hasher { key: hmac::Key::new(HMAC_SHA256, self.context_key(context).as_ref()) }
    }

    /// One step of HKDF-Expand (RFC 5869), which is an HMAC and so cannot fail.
    fn context_key(&self, context: &str) -> hmac::Tag {
        let mut step = hmac::Context::with_key(&self.keys.hashing);
        step.update(context.as_bytes());
        step.update(&[1]);
        step.sign()
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<Cipher, VaultError> {
        let key = self.keys.wrapping.open(WRAPPED, wrapped)?;
        Cipher::new(&KeyBytes::try_from(key).map_err(|_| VaultError::Refused)?)
    }
}

impl Sealer {
    /// Seals `text`, as [`Vault::seal_with`] does.
    ///
    /// # Errors
    ///
    /// [`VaultError::Cipher`].
    pub fn seal(&self, text: &[u8]) -> Result<Vec<u8>, VaultError> {
        let mut sealed = Vec::with_capacity(1 + OVERHEAD + text.len());
        sealed.push(WITH_KEY);
        self.cipher.seal(WITH_KEY, text, &mut sealed)?;
        Ok(sealed)
    }

    /// Opens what was sealed, as [`Vault::open_with`] does.
    ///
    /// # Errors
    ///
    /// [`VaultError::Refused`] when a bit of it changed or another key sealed it.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.cipher.open(WITH_KEY, versioned(sealed, WITH_KEY)?)
    }
}

impl Hasher {
    /// The keyed hash of `value`.
    #[must_use]
    pub fn hash(&self, value: &[u8]) -> [u8; 32] {
        let tag = hmac::sign(&self.key, value);
        let mut hash = [0; 32];
        hash.copy_from_slice(tag.as_ref());
        hash
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

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(***)")
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hasher(***)")
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
