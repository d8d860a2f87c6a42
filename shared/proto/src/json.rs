//! JSON as `google.protobuf.Struct` and `Value`.

use prost_types::{ListValue, Struct, Value, value::Kind};
use serde_json::{Map, Number, Value as Json};

/// The most levels that JSON from outside may be nested.
const DEPTH: usize = 64;

/// Why JSON cannot be carried by `google.protobuf.Value`, whose numbers are doubles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Infinity or not a number.
    #[error("holds a number that JSON cannot write")]
    NotFinite,
    /// Too many levels.
    #[error("is nested more than 64 levels deep")]
    TooDeep,
}

/// Reads a value. Whole numbers that a double holds exactly become integers.
///
/// # Errors
///
/// When a number is not finite, or the value is nested too deep.
pub fn to_json(value: &Value) -> Result<Json, JsonError> {
    read(value, DEPTH)
}

/// Writes a value.
#[must_use]
pub fn from_json(json: &Json) -> Value {
    let kind = match json {
        Json::Null => Kind::NullValue(0),
        Json::Bool(value) => Kind::BoolValue(*value),
        Json::Number(number) => Kind::NumberValue(number.as_f64().unwrap_or_default()),
        Json::String(text) => Kind::StringValue(text.clone()),
        Json::Array(items) => {
            Kind::ListValue(ListValue { values: items.iter().map(from_json).collect() })
        }
        Json::Object(fields) => Kind::StructValue(Struct {
            fields: fields.iter().map(|(key, value)| (key.clone(), from_json(value))).collect(),
        }),
    };
    Value { kind: Some(kind) }
}

fn read(value: &Value, depth: usize) -> Result<Json, JsonError> {
    let deeper = depth.checked_sub(1).ok_or(JsonError::TooDeep)?;
    Ok(match &value.kind {
        None | Some(Kind::NullValue(_)) => Json::Null,
        Some(Kind::BoolValue(value)) => Json::Bool(*value),
        Some(Kind::NumberValue(number)) => Json::Number(read_number(*number)?),
        Some(Kind::StringValue(text)) => Json::String(text.clone()),
        Some(Kind::ListValue(list)) => Json::Array(
            list.values.iter().map(|item| read(item, deeper)).collect::<Result<_, _>>()?,
        ),
        Some(Kind::StructValue(fields)) => Json::Object(
            fields
                .fields
                .iter()
                .map(|(key, value)| Ok((key.clone(), read(value, deeper)?)))
                .collect::<Result<Map<_, _>, _>>()?,
        ),
    })
}

#[expect(clippy::cast_possible_truncation, reason = "only whole numbers below 2^53 are cast")]
fn read_number(number: f64) -> Result<Number, JsonError> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < EXACT {
        Ok((number as i64).into())
    } else {
        Number::from_f64(number).ok_or(JsonError::NotFinite)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_survives_the_wire() {
        let value = json!({"a": [1, 2.5, null, true, "x"], "b": {"c": -3}});

        assert_eq!(to_json(&from_json(&value)), Ok(value));
    }

    #[test]
    fn what_json_cannot_write_is_refused() {
        let infinite = Value { kind: Some(Kind::NumberValue(f64::INFINITY)) };
        let mut deep = Value::default();
        for _ in 0..70 {
            deep = Value { kind: Some(Kind::ListValue(ListValue { values: vec![deep] })) };
        }

        assert_eq!(to_json(&infinite), Err(JsonError::NotFinite));
        assert_eq!(to_json(&deep), Err(JsonError::TooDeep));
    }
}
