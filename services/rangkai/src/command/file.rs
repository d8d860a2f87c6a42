//! Files that an agency wrote.

use std::{fs, path::Path};

use anyhow::Context as _;
use serde_json::Value;

/// Reads a file as text.
pub fn text(file: &Path) -> anyhow::Result<String> {
    fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

/// Reads a file that holds a list of requests, as YAML or JSON.
pub fn requests(file: &Path) -> anyhow::Result<Vec<Value>> {
    parse(&text(file)?).with_context(|| format!("{} is not a list of requests", file.display()))
}

/// Reads a list of requests, as YAML or JSON.
pub fn parse(text: &str) -> anyhow::Result<Vec<Value>> {
    Ok(serde_saphyr::from_str(text)?)
}
