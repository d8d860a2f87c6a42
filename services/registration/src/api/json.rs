//! JSON in requests and answers.

use prost_types::{Struct, Value, value::Kind};
use rangkai_primitives::Sensitive;
use rangkai_proto::{from_json, to_json};
use rangkai_rpc::Violations;
use serde_json::Value as Json;

/// Reads an object; an absent one is empty.
pub fn read(
    fields: &mut Violations,
    field: &str,
    value: Option<&Struct>,
) -> Option<Sensitive<Json>> {
    let object = value.cloned().unwrap_or_default();
    let value = Value { kind: Some(Kind::StructValue(object)) };
    fields.keep(field, to_json(&value)).map(Sensitive::new)
}

/// Writes an object; what is none is absent.
pub fn write(json: &Json) -> Option<Struct> {
    match from_json(json).kind {
        Some(Kind::StructValue(object)) => Some(object),
        _ => None,
    }
}
