//! AES-256-GCM with a fresh nonce in front of the text.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand,
};

use crate::VaultError;

/// The bytes of a key.
pub(crate) type KeyBytes = [u8; 32];

/// What sealing adds in front of and behind the text.
pub(crate) const OVERHEAD: usize = NONCE_LEN + 16;

/// A key that nobody has seen before.
pub(crate) fn fresh() -> Result<KeyBytes, VaultError> {
    let mut key = KeyBytes::default();
    rand::fill(&mut key).map_err(|_| VaultError::Cipher)?;
    Ok(key)
}

/// A key that is ready to seal and open with.
pub(crate) struct Cipher(LessSafeKey);

impl Cipher {
    pub(crate) fn new(key: &KeyBytes) -> Result<Self, VaultError> {
        let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| VaultError::Cipher)?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Appends `text`, sealed for `version`, to `sealed`.
    pub(crate) fn seal(
        &self,
        version: u8,
        text: &[u8],
        sealed: &mut Vec<u8>,
    ) -> Result<(), VaultError> {
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut nonce).map_err(|_| VaultError::Cipher)?;
        let start = sealed.len();
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(text);
        let (_, body) = sealed.split_at_mut(start + NONCE_LEN);
        let (nonce, version) = (Nonce::assume_unique_for_key(nonce), Aad::from([version]));
        let tag = self.0.seal_in_place_separate_tag(nonce, version, body);
        sealed.extend_from_slice(tag.map_err(|_| VaultError::Cipher)?.as_ref());
        Ok(())
    }

    /// The text inside `sealed`, if it was sealed with this key for `version`.
    pub(crate) fn open(&self, version: u8, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or(VaultError::Refused)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| VaultError::Refused)?;
        let mut body = body.to_vec();
        let opened = self.0.open_in_place(nonce, Aad::from([version]), &mut body);
        let length = opened.map_err(|_| VaultError::Refused)?.len();
        body.truncate(length);
        Ok(body)
    }
}
