//! From an `authorization` header to a caller.

use http::{HeaderMap, header::AUTHORIZATION};
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, errors::ErrorKind};
use rangkai_primitives::Timestamp;

use crate::{Claims, keys::Keys, refusal::Refused, verified::Kept};

/// A longer token is not one of ours.
const LONGEST: usize = 8_192;
/// How far the clock of the minting machine may be ahead of ours, in seconds.
const LEEWAY_SECONDS: i64 = 5;

/// Reads the bearer token of a request.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<&str, Refused> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(Refused::Missing)?;
    if values.next().is_some() {
        return Err(Refused::Invalid);
    }
    let text = value.to_str().map_err(|_| Refused::Invalid)?;
    let (scheme, token) = text.split_once(' ').ok_or(Refused::Missing)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refused::Missing);
    }
    let token = token.trim();
    if token.len() > LONGEST { Err(Refused::Invalid) } else { Ok(token) }
}

/// Verifies a token and reads what it says.
pub(crate) async fn verify(
    token: &str,
    keys: &Keys,
    issuer: &str,
    audience: &str,
    now: Timestamp,
) -> Result<Kept, Refused> {
    let header = decode_header(token).map_err(|_| Refused::Invalid)?;
    let kid = acceptable(&header).ok_or(Refused::Invalid)?;
    let key = keys.find(kid).await?;
    // The key decides the algorithm, never the token.
    if header.alg != key.algorithm {
        return Err(Refused::Invalid);
    }
    let rules = rules(key.algorithm, issuer, audience);
    let claims = decode::<Claims>(token, &key.decoding, &rules).map_err(|error| {
        tracing::debug!(kind = kind(error.kind()), "a token was refused");
        Refused::Invalid
    })?;
    let claims = claims.claims;
    let begin = claims.nbf.saturating_sub(LEEWAY_SECONDS);
    if begin > now.timestamp() {
        return Err(Refused::Invalid);
    }
    if claims.exp <= now.timestamp() {
        return Err(Refused::Expired);
    }
    let caller = claims.caller().ok_or(Refused::Invalid)?;
    Ok(Kept { caller, kid: kid.to_owned(), key, begin, end: claims.exp })
}

/// The key's name, if the header is that of an access token (RFC 9068).
fn acceptable(header: &Header) -> Option<&str> {
    let typ = header.typ.as_deref()?.to_ascii_lowercase();
    let is_access_token = typ == "at+jwt" || typ == "application/at+jwt";
    let is_listed = matches!(header.alg, Algorithm::ES256 | Algorithm::EdDSA);
    // `crit` names extensions that must be understood; we understand none.
    let is_plain = header.crit.is_none() && header.enc.is_none() && header.zip.is_none();
    header.kid.as_deref().filter(|_| is_access_token && is_listed && is_plain)
}

/// Everything but time, which is judged by the clock of the process.
fn rules(algorithm: Algorithm, issuer: &str, audience: &str) -> Validation {
    let mut rules = Validation::new(algorithm);
    rules.set_issuer(&[issuer]);
    rules.set_audience(&[audience]);
    rules.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
    rules.validate_exp = false;
    rules.validate_nbf = false;
    rules
}

fn kind(kind: &ErrorKind) -> &'static str {
    if matches!(kind, ErrorKind::InvalidSignature) { "signature" } else { "claims" }
}
