//! The environment as a source of configuration.

use figment::{
    Error, Metadata, Profile, Provider,
    providers::Env,
    util::nest,
    value::{Dict, Map, Value},
};

/// Variables such as `PAYMENTS__DATABASE__URL`.
pub(crate) struct Environment {
    prefix: String,
}

impl Environment {
    pub(crate) fn of(service: &str) -> Self {
        Self { prefix: format!("{}__", service.to_uppercase().replace('-', "_")) }
    }
}

impl Provider for Environment {
    fn metadata(&self) -> Metadata {
        let prefix = self.prefix.clone();
        Metadata::named("the environment").interpolater(move |_, keys| {
            let keys: Vec<_> = keys.iter().map(|key| key.to_uppercase()).collect();
            format!("{prefix}{}", keys.join("__"))
        })
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        let variables = Env::prefixed(&self.prefix).split("__");
        let mut all = Value::from(Dict::new());
        for (key, text) in variables.iter() {
            let overlay = nest(key.as_str(), typed(text));
            all = merged(all, overlay);
        }
        Ok(Profile::Default.collect(all.into_dict().unwrap_or_default()))
    }
}

/// The value that a text spells: a number, a flag, a list, a table, or else itself.
///
/// A text that would not come back the same from a number stays a text, so that a key such as
/// `0042` or `1e5` keeps each of its signs.
fn typed(text: String) -> Value {
    // Reading a value cannot fail: what is nothing else is a string.
    let Ok(value) = text.parse::<Value>();
    let spelling = value
        .to_u128()
        .map(|number| number.to_string())
        .or_else(|| value.to_i128().map(|number| number.to_string()))
        .or_else(|| value.to_f64().map(|number| number.to_string()));
    match spelling {
        Some(spelling) if spelling != text => Value::from(text),
        _ => value,
    }
}

fn merged(one: Value, other: Value) -> Value {
    match (one, other) {
        (Value::Dict(tag, mut one), Value::Dict(_, other)) => {
            for (key, value) in other {
                let value = match one.remove(&key) {
                    Some(before) => merged(before, value),
                    None => value,
                };
                one.insert(key, value);
            }
            Value::Dict(tag, one)
        }
        (_, other) => other,
    }
}

#[cfg(test)]
mod tests {
    use figment::value::Num;

    use super::*;

    #[test]
    fn a_text_becomes_a_number_only_when_nothing_is_lost() {
        for text in ["0042", "1e5", "+5", "007.10"] {
            assert_eq!(typed(text.to_owned()), Value::from(text), "{text}");
        }
        assert!(matches!(typed("42".to_owned()), Value::Num(_, Num::USize(42) | Num::U64(42))));
        assert_eq!(typed("true".to_owned()), Value::from(true));
    }

    #[test]
    fn variables_of_one_section_come_together() {
        let one = nest("database.url", Value::from("a"));
        let other = nest("database.key.file", Value::from("b"));

        let both = merged(one, other);

        assert_eq!(both.find_ref("database.url"), Some(&Value::from("a")));
        assert_eq!(both.find_ref("database.key.file"), Some(&Value::from("b")));
    }
}
