//! What the house is run and checked with.

use serde_json::Value;

use super::files::{files, has_extension, none};

#[test]
fn every_yaml_file_can_be_read() {
    let is_yaml = |path: &str| has_extension(path, "yaml") || has_extension(path, "yml");
    let mut findings = Vec::new();
    for file in files(is_yaml) {
        if let Err(error) = serde_saphyr::from_multiple::<Value>(&file.text) {
            findings.push(format!("{}: {error}", file.path));
        }
    }
    none("these files are not YAML", &findings);
}

#[test]
fn the_readme_and_the_checks_call_the_same_test_command() {
    let command = "cargo test --workspace";
    let told = files(|path| path == "README.md" || path == ".ci/run");
    let silent = told.iter().filter(|file| !file.text.contains(command));
    let silent: Vec<_> = silent.map(|file| file.path.clone()).collect();
    none(&format!("these do not say `{command}`"), &silent);
}
