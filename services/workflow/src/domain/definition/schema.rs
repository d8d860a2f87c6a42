//! JSON Schemas in a definition.

use jsonschema::Validator;
use serde_json::Value;
use std::sync::Arc;

/// A compiled JSON Schema. It fetches nothing, and its patterns run in linear time.
#[derive(Clone, Debug)]
pub struct Schema {
    /// The schema as written.
    pub document: Value,
    validator: Arc<Validator>,
}

impl Schema {
    /// Compiles a schema.
    ///
    /// # Errors
    ///
    /// If it is no schema, or refers to one that is elsewhere.
    pub fn parse(document: Value) -> Result<Self, String> {
        let options = jsonschema::options()
            .with_pattern_options(jsonschema::PatternOptions::regex().size_limit(1 << 20));
        let validator = options.build(&document).map_err(|error| error.to_string())?;
        Ok(Self { document, validator: Arc::new(validator) })
    }

    /// Names what in the value breaks the schema: pointer and keyword, never the value itself.
    #[must_use]
    pub fn violations(&self, value: &Value) -> Vec<String> {
        let errors = self.validator.iter_errors(value).take(20);
        errors
            .map(|error| {
                let (place, rule) = (error.instance_path().as_str(), error.schema_path().as_str());
                format!("{} breaks {rule}", if place.is_empty() { "/" } else { place })
            })
            .collect()
    }
}
