//! Why a configuration could not be read.

use figment::error::Kind;

/// Why a configuration could not be read. The text names the key and its source, never a value:
/// a value in the wrong place may be a password.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value is missing, unknown or of the wrong type.
    #[error("{}", .0.join("; "))]
    Invalid(Vec<String>),
    /// The configuration cannot be written as TOML.
    #[error("the configuration cannot be printed")]
    Unprintable(#[from] toml::ser::Error),
    /// Standard output is gone.
    #[error("the configuration could not be printed")]
    Unprinted(#[source] std::io::Error),
}

impl From<figment::Error> for ConfigError {
    fn from(errors: figment::Error) -> Self {
        Self::Invalid(errors.into_iter().map(|error| describe(&error)).collect())
    }
}

fn describe(error: &figment::Error) -> String {
    let key = error.path.join(".");
    let what = match &error.kind {
        Kind::UnknownField(field, known) => {
            format!("there is no key `{field}`; known here: {}", known.join(", "))
        }
        Kind::MissingField(field) => format!("the key `{field}` is missing"),
        Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => {
            format!("the value is not {expected}")
        }
        Kind::InvalidLength(_, expected) => format!("the value has not the length {expected}"),
        Kind::UnknownVariant(_, known) => format!("the value is none of {}", known.join(", ")),
        Kind::Message(text) => text.clone(),
        Kind::DuplicateField(field) => format!("the key `{field}` stands twice"),
        Kind::ISizeOutOfRange(_) | Kind::USizeOutOfRange(_) => "the number is too large".to_owned(),
        Kind::Unsupported(_) | Kind::UnsupportedKey(..) => "the value cannot be read".to_owned(),
    };
    let source = match (&error.metadata, &error.profile) {
        (Some(metadata), Some(profile)) => {
            format!(" (from {})", metadata.interpolate(profile, &error.path))
        }
        _ => String::new(),
    };
    if key.is_empty() { format!("{what}{source}") } else { format!("{key}: {what}{source}") }
}
