//! Messages of the contracts from JSON and back, more strictly than canonical JSON asks for.

use prost_reflect::{
    Cardinality, DeserializeOptions, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor,
    ReflectMessage as _, SerializeOptions,
};
use serde_json::{Map, Value};

use super::definition::read_span;

/// The most levels of JSON that fit into a message: each takes up to three levels of the message,
/// of which readers take a hundred.
pub const MAX_LEVELS: usize = 30;

/// Says what is wrong with a value that is nested too deep for a message.
///
/// # Errors
///
/// When it is.
pub fn fits(value: &Value) -> Result<(), String> {
    let levels = levels(value, MAX_LEVELS + 1);
    (levels <= MAX_LEVELS)
        .then_some(())
        .ok_or_else(|| format!("is nested more than {MAX_LEVELS} levels deep"))
}

/// How deep a value is nested, looked at to `most` levels.
fn levels(value: &Value, most: usize) -> usize {
    let Some(less) = most.checked_sub(1) else { return 0 };
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
        Value::Array(items) => {
            1 + items.iter().map(|item| levels(item, less)).max().unwrap_or_default()
        }
        Value::Object(members) => {
            1 + members.values().map(|member| levels(member, less)).max().unwrap_or_default()
        }
    }
}

/// Reads a message. Unknown fields are refused, and so is a second spelling of a field. A duration
/// may be written as ISO 8601.
///
/// # Errors
///
/// Where and why the JSON does not fit the message; never what it holds.
pub fn from_json(shape: &MessageDescriptor, value: Value) -> Result<DynamicMessage, String> {
    let value = tidy(shape, value, "")?;
    let options = DeserializeOptions::new().deny_unknown_fields(true);
    // A serializer that knows where it is tells the place without telling the value.
    let mut track = serde_path_to_error::Track::new();
    let reader = serde_path_to_error::Deserializer::new(value, &mut track);
    let read = DynamicMessage::deserialize_with_options(shape.clone(), reader, &options);
    read.map_err(|_| format!("{} does not fit {}", track.path(), shape.full_name()))
}

/// Writes a message as canonical JSON, zero values present.
///
/// # Errors
///
/// When the message holds what JSON cannot say, such as an `Any` of an unknown type.
pub fn to_json(message: &DynamicMessage) -> Result<Value, String> {
    let options =
        SerializeOptions::new().stringify_64_bit_integers(true).skip_default_fields(false);
    let written = message.serialize_with_options(serde_json::value::Serializer, &options);
    written.map_err(|_| format!("{} cannot be written as JSON", message.descriptor().full_name()))
}

fn tidy(shape: &MessageDescriptor, value: Value, path: &str) -> Result<Value, String> {
    match (shape.full_name(), value) {
        ("google.protobuf.Duration", Value::String(text)) if text.starts_with('P') => {
            let span = read_span(&Value::String(text));
            let span = span.map_err(|_| format!("{path} is not a duration"))?;
            Ok(Value::String(format!("{}.{:09}s", span.as_secs(), span.subsec_nanos())))
        }
        (name, value) if name.starts_with("google.protobuf.") => {
            fits(&value).map_err(|wrong| format!("{path} {wrong}"))?;
            Ok(value)
        }
        (name, Value::Object(members)) => {
            let mut tidied = Map::new();
            for (key, member) in members {
                let place = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                let field = shape.get_field_by_json_name(&key);
                let field = field.or_else(|| shape.get_field_by_name(&key));
                let field = field.ok_or_else(|| format!("{place} is no field of {name}"))?;
                let member = tidy_field(&field, member, &place)?;
                if tidied.insert(field.json_name().to_owned(), member).is_some() {
                    return Err(format!("{place} is given twice, in two spellings"));
                }
            }
            Ok(Value::Object(tidied))
        }
        (
            _,
            value @ (Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)),
        ) => Ok(value),
    }
}

fn tidy_field(field: &FieldDescriptor, value: Value, path: &str) -> Result<Value, String> {
    let Kind::Message(shape) = field.kind() else { return Ok(value) };
    match value {
        Value::Object(members) if field.is_map() => {
            let Kind::Message(shape) = shape.map_entry_value_field().kind() else {
                return Ok(Value::Object(members));
            };
            let members = members.into_iter().map(|(key, member)| {
                let place = format!("{path}.{key}");
                Ok((key, tidy(&shape, member, &place)?))
            });
            Ok(Value::Object(members.collect::<Result<_, String>>()?))
        }
        Value::Array(items) if field.cardinality() == Cardinality::Repeated => {
            let items = items.into_iter().enumerate();
            items.map(|(at, item)| tidy(&shape, item, &format!("{path}[{at}]"))).collect()
        }
        value @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_)) => tidy(&shape, value, path),
    }
}
