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

/// Appends `text`, sealed for `version`, to `sealed`.
pub(crate) fn seal(
    key: &KeyBytes,
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
    let tag = cipher(key)?
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from([version]), body)
        .map_err(|_| VaultError::Cipher)?;
    sealed.extend_from_slice(tag.as_ref());
    Ok(())
}

/// The text inside `sealed`, if it was sealed with `key` for `version`.
pub(crate) fn open(key: &KeyBytes, version: u8, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
    let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or(VaultError::Refused)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| VaultError::Refused)?;
    let mut body = body.to_vec();
    let length = cipher(key)?
        .open_in_place(nonce, Aad::from([version]), &mut body)
        .map_err(|_| VaultError::Refused)?
        .len();
    body.truncate(length);
    Ok(body)
}

fn cipher(key: &KeyBytes) -> Result<LessSafeKey, VaultError> {
    UnboundKey::new(&AES_256_GCM, key).map(LessSafeKey::new).map_err(|_| VaultError::Cipher)
}
