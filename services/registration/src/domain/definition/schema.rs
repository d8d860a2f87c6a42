//! What a JSON Schema of a form may hold: only keywords that are known, and nothing from outside.

use crate::domain::yaml::{Findings, Place, Value};

/// The deepest nesting of schemas.
const DEPTH: usize = 16;
/// The largest schema, in bytes of JSON.
const SIZE: usize = 128 * 1024;
/// The dialect that is understood.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Keywords whose value is a schema.
const ONE: [&str; 9] = [
    "additionalProperties",
    "contains",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedProperties",
];
/// Keywords whose value is a list of schemas.
const LIST: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
/// Keywords whose value is a mapping of names to schemas.
const NAMED: [&str; 3] = ["dependentSchemas", "patternProperties", "properties"];
/// Keywords whose value holds no schema.
const PLAIN: [&str; 28] = [
    "$comment",
    "const",
    "default",
    "dependentRequired",
    "deprecated",
    "description",
    "enum",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "readOnly",
    "required",
    "title",
    "type",
    "uniqueItems",
];

/// Whether a value is what a keyword of a form must have.
type Fits = fn(&Value) -> bool;

/// Looks at the schema of a whole form; answers whether it can be used.
pub fn check(at: &Place<'_>, found: &mut Findings) -> bool {
    let mut walk = Walk { found, sound: true, definitions: Vec::new() };
    walk.form(at);
    walk.sound
}

struct Walk<'f> {
    found: &'f mut Findings,
    sound: bool,
    definitions: Vec<String>,
}

impl Walk<'_> {
    fn form(&mut self, at: &Place<'_>) {
        if at.node.to_json().to_string().len() > SIZE {
            return self.wrong(at, "a form has at most 128 KiB");
        }
        let Some(entries) = at.entries(self.found) else {
            self.sound = false;
            return;
        };
        let part =
            |name: &str| entries.iter().find(|(key, _)| *key == name).map(|(_, place)| place);
        let required: [(&str, Fits, &str); 3] = [
            ("type", is_object, "a form has `type: object`"),
            ("properties", has_fields, "a form has `properties`, at least one"),
            ("additionalProperties", is_false, "a form has `additionalProperties: false`"),
        ];
        for (name, fits, message) in required {
            if !part(name).is_some_and(|place| fits(&place.node.value)) {
                self.wrong(part(name).unwrap_or(at), message);
            }
        }
        if let Some(place) = part("$schema")
            && !matches!(&place.node.value, Value::Text(text) if text == DIALECT)
        {
            self.wrong(place, &format!("must be {DIALECT}"));
        }
        let definitions = part("$defs").and_then(|place| place.entries(self.found));
        let definitions = definitions.unwrap_or_default();
        self.definitions = definitions.iter().map(|(name, _)| (*name).to_owned()).collect();
        for (_, place) in &definitions {
            // Definitions do not refer to one another, so no schema can run in a circle.
            self.schema(place, 1, false);
        }
        for (key, place) in &entries {
            if !["$schema", "$defs"].contains(key) {
                self.keyword(key, place, 0, true);
            }
        }
    }

    fn schema(&mut self, at: &Place<'_>, depth: usize, may_refer: bool) {
        if matches!(at.node.value, Value::Bool(_)) {
            return;
        }
        if depth > DEPTH {
            return self.wrong(at, "a form is nested at most 16 levels deep");
        }
        let Some(entries) = at.entries(self.found) else {
            self.sound = false;
            return;
        };
        for (key, place) in entries {
            self.keyword(key, &place, depth, may_refer);
        }
    }

    fn keyword(&mut self, key: &str, at: &Place<'_>, depth: usize, may_refer: bool) {
        if ONE.contains(&key) {
            self.schema(at, depth + 1, may_refer);
        } else if LIST.contains(&key) {
            for item in at.items(self.found).unwrap_or_default() {
                self.schema(&item, depth + 1, may_refer);
            }
        } else if NAMED.contains(&key) {
            for (_, place) in at.entries(self.found).unwrap_or_default() {
                self.schema(&place, depth + 1, may_refer);
            }
        } else if key == "$ref" {
            self.reference(at, may_refer);
        } else if !PLAIN.contains(&key) && !key.starts_with("x-") {
            self.wrong(at, &format!("`{key}` is not a keyword that a form may use"));
        }
    }

    fn reference(&mut self, at: &Place<'_>, may_refer: bool) {
        let Some(text) = at.text(self.found) else {
            self.sound = false;
            return;
        };
        let name = text.strip_prefix("#/$defs/");
        if !may_refer {
            self.wrong(at, "a definition in `$defs` does not refer to others");
        } else if !name.is_some_and(|name| self.definitions.iter().any(|known| known == name)) {
            self.wrong(at, "must be #/$defs/ and the name of a definition of this form");
        }
    }

    fn wrong(&mut self, at: &Place<'_>, message: &str) {
        self.sound = false;
        self.found.add(at, message);
    }
}

fn is_object(value: &Value) -> bool {
    matches!(value, Value::Text(text) if text == "object")
}

fn has_fields(value: &Value) -> bool {
    matches!(value, Value::Map(fields) if !fields.is_empty())
}

fn is_false(value: &Value) -> bool {
    matches!(value, Value::Bool(false))
}
