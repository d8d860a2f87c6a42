//! What every file looks like.

use regex::Regex;

use super::files::{files, none, rust};

const LINES_PER_FILE: usize = 300;

#[test]
fn files_are_short() {
    let long: Vec<_> = rust()
        .iter()
        .map(|file| (file.text.lines().count(), &file.path))
        .filter(|(lines, _)| *lines > LINES_PER_FILE)
        .map(|(lines, path)| format!("{path} has {lines} lines"))
        .collect();
    none("a file that grows holds a thing that wants its own", &long);
}

#[test]
fn every_file_says_what_it_is() {
    let silent: Vec<_> = rust()
        .iter()
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| file.path.clone())
        .collect();
    none("these files do not open with a line of `//!`", &silent);
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    let folders = ["work", "farm", "root", "tmp", "home", "Users"].join("|");
    let path = Regex::new(&format!(r"(^|[^\w./-])/({folders})/\w")).unwrap();
    let mut findings = Vec::new();
    for file in files(|path| path != "Cargo.lock") {
        for (number, line) in file.text.lines().enumerate() {
            if path.is_match(line) {
                findings.push(format!("{}:{}", file.path, number + 1));
            }
        }
    }
    none("these lines hold a path of one machine", &findings);
}

#[test]
fn nothing_is_skipped_silenced_or_slept_through() {
    let outside = ["#[allow(", "todo!(", "unimplemented!("];
    let in_tests = ["#[ignore", "sleep("];
    let mut findings = Vec::new();
    for file in rust().iter().filter(|file| file.path != "tests/tidy/text.rs") {
        let tests: &[_] = if file.folder(0) == "tests" { &in_tests } else { &[] };
        for (line, text) in file.code() {
            let words = outside.iter().chain(tests).filter(|word| text.contains(**word));
            findings.extend(words.map(|word| format!("{}:{line} says {word}", file.path)));
        }
    }
    none("a test waits for what must happen, and what is not done is not there", &findings);
}
