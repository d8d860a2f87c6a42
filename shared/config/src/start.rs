//! The command line of a block: which file to read, and whether only to print.

use std::io::{Write as _, stdout};

use clap::{Args as _, Command, FromArgMatches as _};
use serde::{Serialize, de::DeserializeOwned};

use crate::{ConfigError, Options, load, print};

/// Reads the command line of the block `service` and loads its configuration. None when the
/// configuration was only to be printed.
///
/// A wrong command line ends the process with its own message, as does `--help`.
///
/// # Errors
///
/// As [`load`].
pub fn start<T: DeserializeOwned + Serialize>(
    service: &str,
    defaults: &str,
) -> Result<Option<T>, ConfigError> {
    let command = Command::new("rangkai").version(env!("CARGO_PKG_VERSION"));
    // The options bring a description of their own, which is about them.
    let matches = Options::augment_args(command)
        .bin_name(format!("rangkai-{service}"))
        .about(format!("Runs the {service} building block until it is asked to stop"))
        .get_matches();
    let options = Options::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let config = load(service, defaults, options.config.as_deref())?;
    if options.print_config {
        stdout().write_all(print(&config)?.as_bytes()).map_err(ConfigError::Unprinted)?;
        return Ok(None);
    }
    Ok(Some(config))
}
