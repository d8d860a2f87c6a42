//! The tree of a document, and where each of its values was written.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number};
use serde_saphyr::{
    Spanned,
    options::{DuplicateKeyPolicy, MergeKeyPolicy},
};

use crate::domain::DefinitionFinding;

/// The deepest nesting of a document.
const DEPTH: usize = 48;
/// The most values of a document.
const NODES: usize = 20_000;

/// A value and where it was written.
#[derive(Clone, Debug)]
pub struct Node {
    pub line: u64,
    pub column: u64,
    pub value: Value,
}

/// What was written.
#[derive(Clone, Debug)]
pub enum Value {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key with its value; a key may stand twice, which whoever reads it finds.
#[derive(Clone, Debug)]
pub struct Entry {
    pub key: String,
    pub line: u64,
    pub column: u64,
    pub node: Node,
}

/// Reads one document. Anchors, merges and tags are refused: what is written is what is meant.
pub fn parse(text: &str) -> Result<Node, DefinitionFinding> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEPTH,
            max_nodes: NODES,
            max_aliases: 0,
            max_anchors: 0,
            max_documents: 1,
        },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let place = error.location();
        DefinitionFinding {
            line: place.map_or(1, |place| place.line()),
            column: place.map_or(1, |place| place.column()),
            pointer: String::new(),
            message: format!("this is not YAML as a definition is written: {error}"),
        }
    })
}

impl Node {
    /// The same without positions.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Number(number) => serde_json::Value::Number(number.clone()),
            Value::Text(text) => text.as_str().into(),
            Value::List(items) => items.iter().map(Self::to_json).collect(),
            Value::Map(entries) => {
                let fields = entries.iter().map(|entry| (entry.key.clone(), entry.node.to_json()));
                serde_json::Value::Object(fields.collect::<Map<_, _>>())
            }
        }
    }

    /// The value at a JSON Pointer, or the nearest one around it.
    pub fn nearest(&self, pointer: &str) -> &Self {
        let (part, rest) = match pointer.strip_prefix('/') {
            None => return self,
            Some(path) => path.split_once('/').unwrap_or((path, "")),
        };
        let name = part.replace("~1", "/").replace("~0", "~");
        let found = match &self.value {
            Value::Map(entries) => {
                entries.iter().find(|entry| entry.key == name).map(|entry| &entry.node)
            }
            Value::List(items) => name.parse::<usize>().ok().and_then(|index| items.get(index)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => None,
        };
        let rest = if rest.is_empty() { String::new() } else { format!("/{rest}") };
        found.map_or(self, |found| found.nearest(&rest))
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Value>::deserialize(deserializer)?;
        let at = spanned.referenced;
        Ok(Self { line: at.line(), column: at.column(), value: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Shape)
    }
}

struct Shape;

impl<'de> Visitor<'de> for Shape {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a number"))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Vec::new();
        while let Some(key) = entries.next_key::<Spanned<String>>()? {
            let at = key.referenced;
            let node = entries.next_value()?;
            map.push(Entry { key: key.value, line: at.line(), column: at.column(), node });
        }
        Ok(Value::Map(map))
    }
}
