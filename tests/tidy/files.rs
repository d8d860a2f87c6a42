//! The files of the house: what git knows, or would take.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// One file, by its path from the root of the repository.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    /// The folder at `depth` of its path: of `services/payments/src`, 1 is `payments`.
    pub(crate) fn folder(&self, depth: usize) -> &str {
        self.path.split('/').nth(depth).unwrap_or_default()
    }

    /// Its lines with their numbers, without those that are comments.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(number, line)| (number + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every text file of the repository that exists and whose path `fits`.
pub(crate) fn files(fits: impl Fn(&str) -> bool) -> Vec<File> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("the rules need git to list the files");
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.contains("Cargo.toml"), "git lists no files");
    let paths = listed.split('\0').filter(|path| !path.is_empty() && fits(path));
    paths
        .filter_map(|path| {
            let text = fs::read_to_string(root().join(path)).ok()?;
            Some(File { path: path.to_owned(), text })
        })
        .collect()
}

/// Every Rust file.
pub(crate) fn rust() -> Vec<File> {
    files(|path| has_extension(path, "rs"))
}

/// Says whether the file's name ends in `.extension`.
pub(crate) fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

/// Fails with all of `findings` when there are any.
pub(crate) fn none(rule: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{rule}:\n  {}", findings.join("\n  "));
}
