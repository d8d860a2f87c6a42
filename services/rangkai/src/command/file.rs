//! Files that an agency wrote.

use std::{
    fs,
    io::{self, Read as _},
    path::Path,
};

use anyhow::Context as _;
use serde_json::Value;

/// Reads a file as text.
pub fn text(file: &Path) -> anyhow::Result<String> {
    fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

/// Reads a file as text; `-` is standard input.
pub fn text_or_input(file: &Path) -> anyhow::Result<String> {
    if !is_input(file) {
        return text(file);
    }
    let mut read = String::new();
    io::stdin().read_to_string(&mut read).context("standard input cannot be read")?;
    Ok(read)
}

/// What a file is called in what is printed about it.
pub fn shown(file: &Path) -> String {
    if is_input(file) { "<stdin>".to_owned() } else { file.display().to_string() }
}

fn is_input(file: &Path) -> bool {
    file.as_os_str() == "-"
}

/// Reads a file that holds a list of requests, as YAML or JSON.
pub fn requests(file: &Path) -> anyhow::Result<Vec<Value>> {
    parse(&text(file)?).with_context(|| format!("{} is not a list of requests", file.display()))
}

/// Reads a list of requests, as YAML or JSON.
pub fn parse(text: &str) -> anyhow::Result<Vec<Value>> {
    Ok(serde_saphyr::from_str(text)?)
}
