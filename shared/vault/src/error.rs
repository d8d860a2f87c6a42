//! Why something was not sealed or opened.

/// Why something was not sealed or opened; says nothing about the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// There is no master key.
    #[error("the master key is missing: set database.key to 32 random bytes in base64")]
    NoMasterKey,
    /// The master key is not the base64 of 32 bytes.
    #[error("the master key must be 32 bytes in base64")]
    MasterKey,
    /// Changed bytes, bytes that were never sealed, or another key.
    #[error("the sealed bytes do not open with this key")]
    Refused,
    /// The machine gave no randomness, or the text is longer than the cipher can take.
    #[error("the cipher failed")]
    Cipher,
}
