//! The crates, and which of them may import which.

use toml::{Table, Value};

use super::files::{File, files, has_extension, none};

/// The crate that composes the blocks.
const COMPOSITION: &str = "rangkai";

#[test]
fn no_service_imports_another_and_shared_imports_none() {
    let manifests = manifests();
    let services: Vec<_> = manifests.iter().filter(|file| file.folder(0) == "services").collect();
    let mut findings = Vec::new();
    for manifest in &manifests {
        let composes = manifest.folder(0) == "tests" || manifest.folder(1) == COMPOSITION;
        for service in services.iter().filter(|_| !composes) {
            let name = package(service);
            if dependencies(manifest).iter().any(|(found, _)| *found == name) {
                findings.push(format!("{} imports {name}", manifest.path));
            }
        }
    }
    none("blocks meet only in proto/", &findings);
}

#[test]
fn primitives_know_no_other_crate_of_the_house() {
    let mut findings = Vec::new();
    for manifest in manifests().iter().filter(|file| file.folder(1) == "primitives") {
        let found = dependencies(manifest);
        let ours = found.iter().filter(|(name, _)| name.starts_with("rangkai"));
        findings.extend(ours.map(|(name, _)| format!("{} imports {name}", manifest.path)));
    }
    none("primitives are words without I/O", &findings);
}

#[test]
fn dependencies_enter_through_the_root() {
    let mut findings = Vec::new();
    for manifest in manifests() {
        for (name, value) in dependencies(&manifest) {
            let from_root = value.get("workspace").and_then(Value::as_bool) == Some(true);
            if !from_root {
                findings.push(format!("{}: {name}", manifest.path));
            }
        }
    }
    none("these dependencies are not `workspace = true`", &findings);
}

#[test]
fn every_crate_is_called_after_its_folder_and_keeps_the_lints() {
    let mut findings = Vec::new();
    for manifest in manifests().iter().filter(|file| file.folder(0) != "tests") {
        let expected = match manifest.folder(1) {
            COMPOSITION => COMPOSITION.to_owned(),
            folder => format!("rangkai-{folder}"),
        };
        if package(manifest) != expected {
            findings.push(format!("{} is not called {expected}", manifest.path));
        }
        let lints = table(manifest).get("lints").and_then(|lints| lints.get("workspace")).cloned();
        if lints != Some(Value::Boolean(true)) {
            findings.push(format!("{} has not the lints of the workspace", manifest.path));
        }
    }
    none("every crate looks the same", &findings);
}

fn manifests() -> Vec<File> {
    files(|path| {
        path != "Cargo.toml" && path.ends_with("Cargo.toml") && has_extension(path, "toml")
    })
}

fn table(manifest: &File) -> Table {
    manifest.text.parse().unwrap_or_else(|error| panic!("{}: {error}", manifest.path))
}

fn package(manifest: &File) -> String {
    table(manifest)["package"]["name"].as_str().unwrap().to_owned()
}

fn dependencies(manifest: &File) -> Vec<(String, Value)> {
    let table = table(manifest);
    ["dependencies", "dev-dependencies", "build-dependencies"]
        .iter()
        .filter_map(|section| table.get(*section)?.as_table().cloned())
        .flatten()
        .collect()
}
