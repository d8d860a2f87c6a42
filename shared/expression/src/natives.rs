//! The functions that are built in: a chosen few of jaq's own, and ours where those are unbounded.

use crate::budget::{self, Bound};
use crate::patterns;
use crate::value::{Value, exhausted};
use jaq_core::data::JustLut;
use jaq_core::native::{Filter, Fun, bome, run, unary, v};
use jaq_core::{Error, RunPtr, ValR};

/// What the interpreter works on.
pub type Data = JustLut<Value>;

/// The functions of jaq that are taken over; each runs in time linear to what it is given.
const TAKEN: [&str; 48] = [
    "ascii_downcase",
    "ascii_upcase",
    "ceil",
    "decode_base64",
    "decode_uri",
    "encode_base64",
    "encode_uri",
    "endswith",
    "error_empty",
    "escape_html",
    "escape_sh",
    "exp",
    "explode",
    "fabs",
    "first",
    "floor",
    "fmax",
    "fmin",
    "fmod",
    "fromdateiso8601",
    "gmtime",
    "group_by",
    "implode",
    "key_values",
    "keys_unsorted",
    "last",
    "log",
    "log10",
    "log2",
    "ltrim",
    "ltrimstr",
    "max_by_or_empty",
    "min_by_or_empty",
    "mktime",
    "path",
    "path_value",
    "pow",
    "range",
    "reverse",
    "round",
    "rtrim",
    "rtrimstr",
    "skip",
    "sort",
    "sort_by",
    "sqrt",
    "startswith",
    "todateiso8601",
];
/// Three more of the same kind.
const ALSO_TAKEN: [&str; 4] = ["strftime", "strptime", "trim", "trunc"];
/// And the one that is used by none but the definitions of jq.
const INNER: [&str; 2] = ["limit", "utf8bytelength"];

/// What our functions say when they fail; none of it comes from data.
pub const MESSAGES: [&str; 9] = [
    "cannot parse as boolean",
    "cannot parse as number",
    "a regular expression has at most 512 bytes",
    "a regular expression needs strings",
    "the regular expression is too large",
    "the regular expression is wrong",
    patterns::TOO_LONG,
    "the string is no JSON",
    "unknown flag of a regular expression",
];

/// All functions.
pub fn functions() -> Vec<Fun<Data>> {
    let theirs = jaq_core::funs::<Data>().chain(jaq_std::funs::<Data>());
    let taken =
        |name: &str| TAKEN.contains(&name) || ALSO_TAKEN.contains(&name) || INNER.contains(&name);
    let ours = ours().into_iter().chain(patterns::functions());
    let ours = ours.map(|(name, arguments, pointer)| run::<Data>((name, arguments, pointer)));
    theirs.filter(|(name, ..)| taken(name)).chain(ours).collect()
}

fn ours() -> Box<[Filter<RunPtr<Data>>]> {
    Box::new([
        ("fromjson", v(0), |cv| bome(parse(&cv.1))),
        ("tonumber", v(0), |cv| bome(number(cv.1))),
        ("tojson", v(0), |cv| bome(cv.1.to_json().checked())),
        ("length", v(0), |cv| bome(length(cv.1))),
        ("contains", v(1), |cv| unary(cv, |value, part| Ok(contains(&value, &part).into()))),
        ("has", v(1), |cv| unary(cv, |value, key| has(&value, &key))),
        ("indices", v(1), |cv| unary(cv, |value, part| indices(&value, &part))),
    ])
}

fn parse(text: &Value) -> ValR<Value> {
    let Value::Text(text) = text else { return Err(Error::typ(text.clone(), "string")) };
    match serde_json::from_str(text) {
        Ok(value) => Value::read(&value).checked(),
        Err(_) => Err(Error::str("the string is no JSON")),
    }
}

/// A number as people write it: "08" is eight, as in the month of a date.
fn number(value: Value) -> ValR<Value> {
    let Value::Text(text) = &value else {
        let is_number = value.float().is_some();
        return if is_number { Ok(value) } else { Err(Error::typ(value, "number or string")) };
    };
    let plain = |letter: u8| letter.is_ascii_digit() || b"+-.eE".contains(&letter);
    if let Ok(whole) = text.parse() {
        return Ok(Value::Int(whole));
    }
    match text.parse::<f64>() {
        Ok(float) if text.bytes().all(plain) && float.is_finite() => Ok(Value::Float(float)),
        _ => Err(Error::str("cannot parse as number")),
    }
}

fn length(value: Value) -> ValR<Value> {
    match value {
        Value::Null => Ok(Value::Int(0)),
        Value::Int(value) => Ok(Value::Int(value.saturating_abs())),
        Value::Float(value) => Ok(Value::Float(value.abs())),
        Value::Text(text) => Ok(text.chars().count().into()),
        Value::List(node) => Ok(node.inner.len().into()),
        Value::Object(node) => Ok(node.inner.len().into()),
        Value::Bool(_) => Err(Error::typ(value, "something that has a length")),
    }
}

fn contains(value: &Value, part: &Value) -> bool {
    if !budget::step(1) {
        return false;
    }
    match (value, part) {
        (Value::Text(value), Value::Text(part)) => value.contains(&**part),
        (Value::List(value), Value::List(part)) => {
            part.inner.iter().all(|part| value.inner.iter().any(|value| contains(value, part)))
        }
        (Value::Object(value), Value::Object(part)) => part
            .inner
            .iter()
            .all(|(name, part)| value.inner.get(name).is_some_and(|value| contains(value, part))),
        (value, part) => value == part,
    }
}

fn has(value: &Value, key: &Value) -> ValR<Value> {
    match (value, key) {
        (Value::Object(_), Value::Text(_)) | (Value::List(_), Value::Int(_) | Value::Float(_)) => {
            Ok(value.find(key)?.is_some().into())
        }
        _ => Err(Error::index(value.clone(), key.clone())),
    }
}

fn indices(value: &Value, part: &Value) -> ValR<Value> {
    let found: Vec<usize> = match (value, part) {
        (Value::Null, _) => return Ok(Value::Null),
        (Value::Text(text), Value::Text(part)) if !part.is_empty() => {
            charge(text.len(), 1)?;
            overlapping(text, part)
        }
        (Value::List(items), Value::List(part)) if !part.inner.is_empty() => {
            charge(items.inner.len(), part.inner.len())?;
            let windows = items.inner.windows(part.inner.len()).enumerate();
            windows.filter(|(_, items)| *items == part.inner).map(|(place, _)| place).collect()
        }
        (Value::Text(_), Value::Text(_)) | (Value::List(_), Value::List(_)) => Vec::new(),
        (Value::List(items), part) => {
            let items = items.inner.iter().enumerate();
            items.filter(|(_, item)| *item == part).map(|(place, _)| place).collect()
        }
        _ => return Err(Error::index(value.clone(), part.clone())),
    };
    found.into_iter().map(Value::from).collect::<Value>().checked()
}

/// Where a part begins, in characters; the parts may overlap.
fn overlapping(text: &str, part: &str) -> Vec<usize> {
    let places = text.char_indices().enumerate().map_while(|(place, (offset, _))| {
        budget::step(part.len() / 64 + 1).then_some((place, offset))
    });
    places.filter(|(_, offset)| text[*offset..].starts_with(part)).map(|(place, _)| place).collect()
}

fn charge(left: usize, right: usize) -> Result<(), Error<Value>> {
    if budget::step(left.saturating_mul(right)) {
        Ok(())
    } else {
        budget::exhaust(Bound::Steps);
        Err(exhausted())
    }
}
