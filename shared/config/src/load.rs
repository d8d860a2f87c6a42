//! Loading a configuration, and showing what was loaded.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args;
use figment::{
    Error, Figment, Metadata, Profile, Provider,
    value::{Dict, Map},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{ConfigError, environment::Environment};

/// What every program of ours takes from the command line about its configuration.
#[derive(Args, Clone, Debug, Default)]
pub struct Options {
    /// A TOML file whose values overlay the defaults.
    #[arg(long, value_name = "FILE", env = "RANGKAI_CONFIG")]
    pub config: Option<PathBuf>,
    /// Prints the configuration in effect, without its secrets, and stops.
    #[arg(long)]
    pub print_config: bool,
}

/// Loads a configuration.
///
/// `defaults` is the service's own `config.toml`. `file` overlays it, and variables such as
/// `PAYMENTS__DATABASE__URL` overlay both. Sections refuse unknown keys by
/// `#[serde(deny_unknown_fields)]`.
///
/// # Errors
///
/// When the file is missing, or a value is missing, unknown or of the wrong type; the message names
/// the key and its source, never the value.
pub fn load<T: DeserializeOwned>(
    service: &str,
    defaults: &str,
    file: Option<&Path>,
) -> Result<T, ConfigError> {
    let mut figment = Figment::from(Text::read("the defaults".to_owned(), defaults)?);
    if let Some(file) = file {
        let name = format!("the file {}", file.display());
        let text = fs::read_to_string(file)
            .map_err(|error| ConfigError::Invalid(vec![format!("{name}: {error}")]))?;
        figment = figment.merge(Text::read(name, &text)?);
    }
    Ok(figment.merge(Environment::of(service)).extract()?)
}

/// Writes a configuration as TOML; each secret is `***`.
///
/// # Errors
///
/// When the configuration has a shape that TOML cannot hold.
pub fn print<T: Serialize>(config: &T) -> Result<String, ConfigError> {
    Ok(toml::to_string(config)?)
}

/// A TOML text from a named place.
struct Text {
    name: String,
    values: Dict,
}

impl Text {
    /// Reads a text. What is wrong with it is told by line, because the line may hold a password.
    fn read(name: String, text: &str) -> Result<Self, ConfigError> {
        match toml::from_str(text) {
            Ok(values) => Ok(Self { name, values }),
            Err(error) => {
                let before = error.span().and_then(|span| text.get(..span.start));
                let line = before.map_or(1, |before| before.matches('\n').count() + 1);
                let found = format!("{name}, line {line}: {}", error.message());
                Err(ConfigError::Invalid(vec![found]))
            }
        }
    }
}

impl Provider for Text {
    fn metadata(&self) -> Metadata {
        let name = self.name.clone();
        Metadata::named(name.clone()).interpolater(move |_, _| name.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        Ok(Profile::Default.collect(self.values.clone()))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use serde::Deserialize;

    use super::*;
    use crate::Secret;

    const DEFAULTS: &str = "[database]\nurl = \"sqlite://here\"\nmax_connections = 5\n";

    #[derive(Debug, Deserialize, Serialize)]
    #[serde(deny_unknown_fields)]
    struct Config {
        database: Database,
    }

    #[derive(Debug, Deserialize, Serialize)]
    #[serde(deny_unknown_fields)]
    struct Database {
        url: Secret,
        max_connections: u32,
    }

    fn file(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    fn refused(text: &str) -> String {
        let file = file(text);
        let refused = load::<Config>("t", DEFAULTS, Some(file.path())).unwrap_err().to_string();
        assert!(refused.contains(&file.path().display().to_string()), "no source in: {refused}");
        assert!(!refused.contains("hunter2"), "a password in: {refused}");
        refused
    }

    #[test]
    fn a_file_overlays_the_defaults_and_leaves_the_rest() {
        let file = file("[database]\nmax_connections = 7\n");

        let config: Config = load("t", DEFAULTS, Some(file.path())).unwrap();

        assert_eq!(config.database.max_connections, 7);
        assert_eq!(config.database.url.reveal(), "sqlite://here");
    }

    #[test]
    fn a_misspelt_key_names_itself_and_its_source() {
        let refused = refused("[database]\nurll = \"hunter2\"\n");

        assert!(refused.starts_with("database.urll: there is no key `urll`"), "{refused}");
    }

    #[test]
    fn a_value_in_the_wrong_place_is_not_repeated() {
        assert!(refused("[database]\nmax_connections = \"hunter2\"\n").contains("is not"));
        assert!(refused("database = \"hunter2\"\n").contains("is not"));
        assert!(refused("[database]\nurl = \"hunter2\n").contains("line 2"));
    }

    #[test]
    fn a_secret_may_stand_in_a_file_of_its_own() {
        let secret = file("hunter2\n");
        let path = secret.path().display();
        let file = file(&format!("[database]\nurl = {{ file = \"{path}\" }}\n"));

        let config: Config = load("t", DEFAULTS, Some(file.path())).unwrap();

        assert_eq!(config.database.url.reveal(), "hunter2");
        assert!(!format!("{config:?}").contains("hunter2"));
        assert_eq!(print(&config).unwrap(), "[database]\nurl = \"***\"\nmax_connections = 5\n");
    }

    #[test]
    fn the_environment_has_the_last_word() {
        // A process cannot safely change its own environment, so the test runs itself once more.
        if std::env::var_os("T__DATABASE__URL").is_none() {
            let test = std::env::current_exe().unwrap();
            let run = std::process::Command::new(test)
                .args(["--exact", "load::tests::the_environment_has_the_last_word"])
                .envs([("T__DATABASE__URL", "0042"), ("T__DATABASE__MAX_CONNECTIONS", "9")])
                .output()
                .unwrap();
            assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stdout));
            return;
        }

        let config: Config = load("t", DEFAULTS, None).unwrap();

        assert_eq!(config.database.url.reveal(), "0042");
        assert_eq!(config.database.max_connections, 9);
    }

    #[test]
    fn a_missing_file_stops_the_start() {
        let refused = load::<Config>("t", DEFAULTS, Some(Path::new("no-such.toml"))).unwrap_err();

        assert!(refused.to_string().contains("no-such.toml"));
    }
}
