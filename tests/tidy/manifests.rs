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

#[test]
fn every_test_that_a_conformance_document_names_exists() {
    let sources = files(|path| has_extension(path, "rs"));
    let mut findings = Vec::new();
    for document in files(|path| path.ends_with("/CONFORMANCE.md")) {
        let shown = document.text.lines().filter(|line| line.starts_with("| "));
        let quoted = shown.flat_map(|line| line.split('`').skip(1).step_by(2));
        // Names of tests are sentences; everything else that is quoted is a word of the language.
        for name in quoted.filter(|word| word.matches('_').count() > 2) {
            let declared = format!("fn {name}(");
            if !sources.iter().any(|file| file.text.contains(&declared)) {
                findings.push(format!("{}: {name}", document.path));
            }
        }
    }
    none("these tests are named and do not exist", &findings);
}
