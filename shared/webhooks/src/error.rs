//! Why a secret or a webhook was refused.

/// Why a secret cannot be used; says nothing about the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// It is not `whsec_` and the base64 of 24 to 64 bytes.
    #[error("a signing secret is whsec_ and the base64 of 24 to 64 bytes")]
    Malformed,
    /// The machine gave no randomness.
    #[error("the machine gave no randomness")]
    Randomness,
}

/// Why a webhook is not taken for genuine; says nothing about its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// A header is missing, empty, too long or not of its form.
    #[error("the header {0} is malformed")]
    MalformedHeader(&'static str),
    /// It was sent too long ago; perhaps somebody repeats it.
    #[error("the webhook is too old")]
    TooOld,
    /// It says that it was sent in the future.
    #[error("the webhook is too new")]
    TooNew,
    /// None of its signatures is of this secret and this content.
    #[error("no signature fits")]
    NoSignatureFits,
}
