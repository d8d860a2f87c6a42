//! The secrets of clients.

use aws_lc_rs::constant_time::verify_slices_are_equal;

/// The keyed hash of a client's secret.
///
/// The secrets are 32 random bytes, or as long when the operator chose them: there is nothing to
/// guess, so a keyed hash protects them as well as a slow one would, and costs no client a tenth
/// of a second for each token.
#[derive(Clone)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// What stands where there is no client, so that the work is the same. No secret hashes to it.
    pub const NONE: Self = Self([0; 32]);

    /// Whether `shown` is the same; takes the same time whether or not.
    pub fn matches(&self, shown: &Self) -> bool {
        verify_slices_are_equal(&self.0, &shown.0).is_ok()
    }

    /// The bytes, for storage.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<[u8; 32]> for SecretHash {
    fn from(hash: [u8; 32]) -> Self {
        Self(hash)
    }
}

impl std::fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}
