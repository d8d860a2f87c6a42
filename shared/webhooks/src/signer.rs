//! A signing secret, and what it can do.

use std::{fmt, time::Duration};

use aws_lc_rs::{
    hmac::{self, HMAC_SHA256},
    rand,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rangkai_primitives::{Sensitive, Timestamp};

use crate::{ID_HEADER, SIGNATURE_HEADER, SecretError, TIMESTAMP_HEADER, WebhookError};

/// What every secret begins with, so that one that leaked is recognised as such.
pub const SECRET_PREFIX: &str = "whsec_";
/// How far the clocks of sender and receiver may be apart, the way included.
pub const TOLERANCE: Duration = Duration::from_mins(5);

/// What every signature of this scheme begins with.
const VERSION: &str = "v1,";
/// The length of a generated secret in bytes.
const GENERATED: usize = 32;
/// The lengths in bytes that a secret may have.
const LENGTHS: std::ops::RangeInclusive<usize> = 24..=64;
/// The longest id in bytes.
const LONGEST_ID: usize = 256;
/// The longest header with signatures in bytes: far more than a rotation needs.
const LONGEST_SIGNATURES: usize = 4_096;

/// Signs webhooks and verifies them with one secret. It prints as `***`.
#[derive(Clone)]
pub struct Signer {
    secret: Sensitive<String>,
    key: hmac::Key,
}

impl Signer {
    /// The signer with a secret such as `whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD`.
    ///
    /// # Errors
    ///
    /// [`SecretError::Malformed`] when it is anything else.
    pub fn new(secret: &str) -> Result<Self, SecretError> {
        let text = secret.strip_prefix(SECRET_PREFIX).ok_or(SecretError::Malformed)?;
        let bytes = STANDARD.decode(text).map_err(|_| SecretError::Malformed)?;
        if !LENGTHS.contains(&bytes.len()) {
            return Err(SecretError::Malformed);
        }
        let key = hmac::Key::new(HMAC_SHA256, &bytes);
        Ok(Self { secret: Sensitive::new(secret.to_owned()), key })
    }

    /// A signer with a fresh secret.
    ///
    /// # Errors
    ///
    /// [`SecretError::Randomness`].
    pub fn generate() -> Result<Self, SecretError> {
        let mut bytes = [0; GENERATED];
        rand::fill(&mut bytes).map_err(|_| SecretError::Randomness)?;
        Self::new(&format!("{SECRET_PREFIX}{}", STANDARD.encode(bytes)))
    }

    /// The secret as text, as [`Signer::new`] takes it.
    #[must_use]
    pub const fn secret(&self) -> &Sensitive<String> {
        &self.secret
    }

    /// The signature of `body`, sent under `id` at `timestamp` (seconds since 1970): `v1,<base64>`.
    ///
    /// An `id` has no full stop, or no receiver that keeps to the scheme takes it.
    #[must_use]
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(format!("{id}.{timestamp}.").as_bytes());
        context.update(body);
        format!("{VERSION}{}", STANDARD.encode(context.sign()))
    }

    /// Says whether a webhook with these headers and this body is genuine, and of this moment.
    ///
    /// `signatures` may name several, separated by spaces, while a secret is being replaced; one
    /// that fits is enough. Those of other versions of the scheme are passed over.
    ///
    /// # Errors
    ///
    /// [`WebhookError`] says which of the rules it breaks.
    pub fn verify(
        &self,
        id: &str,
        timestamp: &str,
        signatures: &str,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), WebhookError> {
        // Without a full stop inside, an id cannot borrow from the timestamp or the body.
        let id_fits = (1..=LONGEST_ID).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'.');
        if !id_fits {
            return Err(WebhookError::MalformedHeader(ID_HEADER));
        }
        let moment = read_timestamp(timestamp)?;
        let signatures = read_signatures(signatures)?;
        let content = [format!("{id}.{moment}.").as_bytes(), body].concat();
        if !signatures.iter().any(|tag| hmac::verify(&self.key, &content, tag).is_ok()) {
            return Err(WebhookError::NoSignatureFits);
        }
        in_time(moment, now)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(***)")
    }
}

/// Seconds since 1970 in the one form that they have, because the text itself is signed.
fn read_timestamp(text: &str) -> Result<i64, WebhookError> {
    text.parse::<i64>()
        .ok()
        .filter(|moment| *moment >= 0 && moment.to_string() == text)
        .ok_or(WebhookError::MalformedHeader(TIMESTAMP_HEADER))
}

/// The signatures of this version. One that is not base64 fits nothing, as every other forgery.
fn read_signatures(text: &str) -> Result<Vec<Vec<u8>>, WebhookError> {
    let malformed = WebhookError::MalformedHeader(SIGNATURE_HEADER);
    if text.is_empty() || text.len() > LONGEST_SIGNATURES {
        return Err(malformed);
    }
    let mut tags = Vec::new();
    for signature in text.split(' ') {
        if !signature.contains(',') {
            return Err(malformed);
        }
        let tag = signature.strip_prefix(VERSION).and_then(|tag| STANDARD.decode(tag).ok());
        tags.extend(tag);
    }
    Ok(tags)
}

fn in_time(moment: i64, now: Timestamp) -> Result<(), WebhookError> {
    let tolerance = TOLERANCE.as_secs().cast_signed();
    let now = now.timestamp();
    if moment < now.saturating_sub(tolerance) {
        Err(WebhookError::TooOld)
    } else if moment > now.saturating_add(tolerance) {
        Err(WebhookError::TooNew)
    } else {
        Ok(())
    }
}
