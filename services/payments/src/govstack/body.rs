//! Request bodies: one JSON object, read field by field, so that each field has its own refusal.

use std::fmt;

use axum::{body::Bytes, extract::rejection::BytesRejection};
use http::{HeaderMap, header::CONTENT_TYPE};
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::{Deserializer as Reader, Map, Value};

use super::answer::Answer;

/// The numbers of vouchers. As integers they may be too large for any number of JSON's reader, and
/// rounded they would be another voucher's, also in what makes two requests the same.
const NUMBERS: [&str; 3] = ["voucher_number", "voucher_serial_number", "voucherserialnumber"];

/// The fields of a request.
#[derive(Debug)]
pub struct Body(Map<String, Value>);

impl Body {
    /// Reads a body; it must be a JSON object that says something.
    pub fn read(headers: &HeaderMap, bytes: Result<Bytes, BytesRejection>) -> Result<Self, Answer> {
        let bytes = bytes.map_err(|_| Answer::message(413, "the request is too large"))?;
        if !is_json(headers) {
            return Err(Answer::invalid());
        }
        match serde_json::from_slice(&bytes) {
            Ok(Value::Object(mut fields)) if !fields.is_empty() => {
                for (name, value) in &mut fields {
                    if value.is_f64() && NUMBERS.contains(&name.as_str()) {
                        *value = digits(&bytes, name).map_or(Value::Null, Value::String);
                    }
                }
                Ok(Self(fields))
            }
            _ => Err(Answer::invalid()),
        }
    }

    /// Text that is not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
    }

    /// A number as text, or as an integer that is not negative.
    pub fn number(&self, name: &str) -> Option<String> {
        let value = self.0.get(name)?;
        let digits = || value.as_u64().map(|number| number.to_string());
        value.as_str().map(str::to_owned).or_else(digits).filter(|text| !text.is_empty())
    }

    /// Text that may be absent; a wrong type is an invalid request.
    pub fn optional_text(&self, name: &str) -> Result<Option<&str>, Answer> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Answer::invalid()),
        }
    }

    /// A boolean, also as text, which may be absent.
    pub fn flag(&self, name: &str) -> Result<bool, Answer> {
        match self.0.get(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(Value::String(text)) if text == "true" => Ok(true),
            Some(Value::String(text)) if text == "false" => Ok(false),
            Some(_) => Err(Answer::invalid()),
        }
    }

    /// Whatever stands there.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The content, the same for the same fields in any order.
    pub fn bytes(&self) -> Vec<u8> {
        self.bytes_without("")
    }

    /// The content without one field.
    pub fn bytes_without(&self, field: &str) -> Vec<u8> {
        let rest = self.0.iter().filter(|(name, _)| *name != field);
        let sorted: std::collections::BTreeMap<_, _> = rest.collect();
        serde_json::to_vec(&sorted).unwrap_or_default()
    }
}

/// The digits of a large integer as they stand in the body; none if it is another kind of number.
fn digits(bytes: &[u8], name: &str) -> Option<String> {
    let number = Reader::from_slice(bytes).deserialize_map(Integer(name)).ok()?;
    Some(number?.to_string())
}

/// Reads one field of an object as an integer of up to 38 digits.
struct Integer<'a>(&'a str);

impl<'de> Visitor<'de> for Integer<'_> {
    type Value = Option<u128>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == self.0 {
                found = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// Whether the body is said to be JSON, with whatever parameters.
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}
