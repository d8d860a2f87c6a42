//! Payments to people: what is common to its calls.

use serde_json::{Value, json};

use super::{answer::Answer, body::Body};
use crate::{domain::EnvelopeRefusal, error::Error};

/// How long the ids of requests, batches and building blocks are.
pub const ID: usize = 12;
/// How long the id of an instruction is.
pub const INSTRUCTION_ID: usize = 16;
/// How long the functional id of a person is.
pub const FUNCTIONAL_ID: usize = 20;
/// The most items of one request.
pub const MOST: usize = 10_000;

/// Something stands there that is not text, or too much of it.
#[derive(Clone, Copy, Debug)]
pub struct NotText;

/// Text of exactly `length` characters.
pub fn exact(value: Option<&Value>, length: usize) -> Option<&str> {
    value.and_then(Value::as_str).filter(|text| text.chars().count() == length)
}

/// Text of one to `most` characters, which may be absent.
pub fn at_most(value: Option<&Value>, most: usize) -> Result<Option<&str>, NotText> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if (1..=most).contains(&text.chars().count()) => Ok(Some(text)),
        Some(_) => Err(NotText),
    }
}

/// A list with at least one item, each of them an object.
pub fn items<'a>(body: &'a Body, name: &str) -> Option<Vec<&'a serde_json::Map<String, Value>>> {
    let items = body.value(name)?.as_array()?;
    let objects: Vec<_> = items.iter().filter_map(Value::as_object).collect();
    let whole = objects.len() == items.len() && (1..=MOST).contains(&items.len());
    Some(objects).filter(|_| whole)
}

/// It was done.
pub fn done(request_id: &str, words: &str) -> Answer {
    Answer::ok(envelope("00", words, request_id))
}

/// It was not done, with a code of the caller's choice. Where the request has no id of its own, the
/// answer has one of zeros, since it must have one.
pub fn not_done(code: u16, body: Option<&Body>, words: &str) -> Answer {
    let named = body.and_then(|body| exact(body.value("RequestID"), ID));
    Answer::of(code, envelope("01", words, named.unwrap_or("000000000000")))
}

/// Why an operation did not happen, in the contract's words; none where something broke.
pub fn words(error: &Error) -> Option<&'static str> {
    let Error::Envelope(refusal) = error else {
        return matches!(error, Error::Reused(_)).then_some("the id was used for another request");
    };
    let known = [
        (EnvelopeRefusal::PayeeNotFound, "a payee is not known"),
        (EnvelopeRefusal::PayeeTaken, "a payee or an address is known already"),
        (EnvelopeRefusal::AddressTaken, "an address is another payee's"),
    ];
    let known = known.into_iter().find(|(known, _)| known == refusal);
    Some(known.map_or("the request cannot be carried out", |(_, words)| words))
}

fn envelope(code: &str, words: &str, request_id: &str) -> Value {
    json!({ "ResponseCode": code, "ResponseDescription": words, "RequestID": request_id })
}
