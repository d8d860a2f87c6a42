//! `Authorization: Basic` as OAuth 2.0 writes it (RFC 6749, section 2.3.1).

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::{HeaderMap, header::AUTHORIZATION};

use super::answer::Problem;

/// Reads the client's id and secret from the header, if there is one.
pub fn basic(headers: &HeaderMap) -> Result<Option<(String, String)>, Problem> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let wrong = || Problem::of("invalid_client");
    if values.next().is_some() {
        return Err(wrong());
    }
    let (scheme, rest) = value.to_str().ok().and_then(|it| it.split_once(' ')).ok_or_else(wrong)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(wrong());
    }
    let text = BASE64_STANDARD.decode(rest.trim()).ok().and_then(|it| String::from_utf8(it).ok());
    let text = text.ok_or_else(wrong)?;
    let (id, secret) = text.split_once(':').ok_or_else(wrong)?;
    Ok(Some((form_decoded(id).ok_or_else(wrong)?, form_decoded(secret).ok_or_else(wrong)?)))
}

/// Undoes `application/x-www-form-urlencoded`, which both halves are written in.
fn form_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let value = digit(rest.next()?)? * 16 + digit(rest.next()?)?;
                u8::try_from(value).ok()?
            }
            plain => plain,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_halves_are_form_encoded() {
        assert_eq!(form_decoded("a%3Ab+c%C3%A9").as_deref(), Some("a:b cé"));
        for wrong in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(form_decoded(wrong), None, "{wrong}");
        }
    }
}
