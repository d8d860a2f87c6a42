//! What instances of a workflow can be found by, under the document's `metadata.searchAttributes`.

use super::expressions::inside;
use super::reader::{Reader, Spot, child};
use super::yaml::{Key, Kind};
use rangkai_expression::Expression;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The most attributes of a workflow.
const MOST: usize = 8;
/// The longest name, and the longest value, in characters.
const LONGEST_NAME: usize = 32;
const LONGEST_VALUE: usize = 120;

/// What instances of a workflow can be found by: a name, and the expression that gives its value.
#[derive(Clone, Debug, Default)]
pub struct Attributes(BTreeMap<String, Expression>);

impl Attributes {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values that `dot` gives, on this thread, which must be one that may block; those that it
    /// does not give are left out.
    #[must_use]
    pub fn values(&self, dot: &Value) -> BTreeMap<String, String> {
        let value = |(name, expression): (&String, &Expression)| {
            let value = expression.evaluate_now(dot, &[]).ok()?;
            Some((name.clone(), written(&value)?))
        };
        self.0.iter().filter_map(value).collect()
    }
}

/// A value as it is looked up; none if it is too long or no text, number or boolean.
fn written(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty() && text.chars().count() <= LONGEST_VALUE).then_some(text)
}

impl Reader<'_> {
    /// Reads the metadata of the document, and the attributes in it. It is the author's own, so what
    /// the engine cannot read of it is no error.
    pub fn document_metadata(&mut self, spot: Option<Spot<'_>>) -> Map<String, Value> {
        if let Some(spot) = &spot
            && let Kind::Map(members) = &spot.node.kind
            && let Some((_, node)) = members.iter().find(|(key, _)| key.name == "searchAttributes")
        {
            let spot = Spot { node, pointer: child(&spot.pointer, "searchAttributes") };
            self.attributes = self.read_attributes(&spot);
        }
        self.object(spot)
    }

    fn read_attributes(&mut self, spot: &Spot<'_>) -> Attributes {
        let mut found = BTreeMap::new();
        let Kind::Map(members) = &spot.node.kind else {
            self.unsearched(spot, "search attributes are an object of names and expressions");
            return Attributes::default();
        };
        for (key, node) in members {
            let spot = Spot { node, pointer: child(&spot.pointer, &key.name) };
            if found.len() == MOST {
                self.unsearched(&spot, "a workflow has at most 8 search attributes");
                break;
            }
            if let Some(expression) = self.attribute(&spot, key) {
                found.insert(key.name.clone(), expression);
            }
        }
        Attributes(found)
    }

    fn attribute(&mut self, spot: &Spot<'_>, key: &Key) -> Option<Expression> {
        let name = &key.name;
        let right = name.len() <= LONGEST_NAME
            && name.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter));
        if !right {
            let message = "the name of a search attribute begins with a letter and has at most 32 \
                           letters, digits, hyphens and underscores";
            self.unsearched(spot, message);
            return None;
        }
        let Kind::Text(text, _) = &spot.node.kind else {
            self.unsearched(spot, "a search attribute is an expression");
            return None;
        };
        let text = inside(text).map_or(text.as_str(), |(text, _)| text);
        // It sees one value after the other, the input, `$context`, the output, and nothing else.
        match Expression::compile(text, &[]) {
            Ok(expression) => Some(expression),
            Err(error) => {
                self.unsearched(spot, &format!("this is no expression on `.`: {}", error.message));
                None
            }
        }
    }

    fn unsearched(&mut self, spot: &Spot<'_>, message: &str) {
        let mend = "correct it; as it is, no instance is found by it";
        self.warn(spot.node.mark, &spot.pointer, "attribute.value", message.to_owned(), mend);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_is_a_short_text_a_number_or_a_boolean() {
        assert_eq!(written(&json!("a")).as_deref(), Some("a"));
        assert_eq!(written(&json!(1.5)).as_deref(), Some("1.5"));
        assert_eq!(written(&json!(true)).as_deref(), Some("true"));
        assert_eq!(written(&json!("x".repeat(120))), Some("x".repeat(120)));
        for odd in [json!(null), json!(""), json!([1]), json!({}), json!("x".repeat(121))] {
            assert_eq!(written(&odd), None, "{odd}");
        }
    }
}
