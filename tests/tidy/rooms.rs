//! The rooms of a block, and who may know whom.

use regex::Regex;

use super::files::{File, files, has_extension, none};

/// What each room of a block never mentions.
const FORBIDDEN: [(&str, &str); 6] = [
    ("api", "sea_orm sqlx store:: rangkai_events::record tell::"),
    ("govstack", "sea_orm sqlx store:: rangkai_events::record tell::"),
    ("events", "sea_orm sqlx store:: tonic"),
    (
        "ops",
        "sea_orm sqlx tonic axum rangkai_proto rangkai_rpc rangkai_auth rangkai_db::sql \
         rangkai_events api:: govstack:: hear::",
    ),
    (
        "domain",
        ".await async sea_orm sqlx tonic axum tokio rangkai_proto rangkai_db rangkai_rpc \
         rangkai_auth rangkai_events store:: ops:: api:: govstack:: events::",
    ),
    (
        "store",
        "tonic axum rangkai_proto rangkai_rpc rangkai_auth rangkai_events::record ops:: api:: \
         govstack:: tell:: hear::",
    ),
];

#[test]
fn every_room_keeps_its_rule() {
    let mut findings = Vec::new();
    for file in sources() {
        for (_, words) in FORBIDDEN.iter().filter(|(room, _)| is_in(&file, room)) {
            for word in words.split_whitespace() {
                let word_alone = alone(word);
                // The standard library has a room of the same name.
                let ours = |line: &str| line.replace("std::ops", "std");
                let found = file.code().filter(|(_, line)| word_alone.is_match(&ours(line)));
                findings.extend(found.map(|(line, _)| format!("{}:{line} says {word}", file.path)));
            }
        }
    }
    none("some rooms know what they should not", &findings);
}

#[test]
fn an_operation_takes_the_transaction_first_and_never_ends_it() {
    let head = Regex::new(r"pub async fn (\w+)[^(]*\(\s*([^,)]*)").unwrap();
    let ends = Regex::new(r"\.(begin|commit|rollback)\(").unwrap();
    let mut findings = Vec::new();
    for file in sources().into_iter().filter(|file| is_in(file, "ops")) {
        for found in head.captures_iter(&file.text) {
            if found[2].trim() != "tx: &Tx" {
                findings.push(format!("{}: {} takes `{}` first", file.path, &found[1], &found[2]));
            }
        }
        let ended = file.code().filter(|(_, line)| ends.is_match(line));
        findings.extend(ended.map(|(line, _)| format!("{}:{line} ends or begins one", file.path)));
    }
    none("operations run inside a transaction that the caller owns", &findings);
}

#[test]
fn every_table_of_a_block_says_whose_its_rows_are() {
    let table = Regex::new(r"(?i)create table (?:if not exists )?(\w+)\s*\(([^;]*)").unwrap();
    let owner = Regex::new(r"(?i)\bagency\s+text\s+not null").unwrap();
    let mut findings = Vec::new();
    for file in files(|path| path.starts_with("services/") && has_extension(path, "sql")) {
        for found in table.captures_iter(&file.text) {
            if !owner.is_match(&found[2]) {
                findings.push(format!("{}: {}", file.path, &found[1]));
            }
        }
    }
    none("these tables have no `agency text not null`", &findings);
}

/// The rules themselves can see a broken one.
#[test]
fn a_word_counts_only_when_it_stands_alone() {
    for (word, line) in
        [("tonic", "use tonic::Status;"), (".await", "x.await?"), ("store::", "a(store::b)")]
    {
        assert!(alone(word).is_match(line), "{word} in {line}");
    }
    for (word, line) in
        [("tonic", "electronic"), ("store::", "restore::all()"), ("async", "r#asynchronous")]
    {
        assert!(!alone(word).is_match(line), "{word} in {line}");
    }
}

fn sources() -> Vec<File> {
    files(|path| path.starts_with("services/") && has_extension(path, "rs"))
}

/// `services/payments/src/ops/bill.rs` and `services/payments/src/ops.rs` are in `ops`.
fn is_in(file: &File, room: &str) -> bool {
    file.folder(2) == "src" && (file.folder(3) == room || file.folder(3) == format!("{room}.rs"))
}

fn alone(word: &str) -> Regex {
    let edge = |letter: Option<char>| {
        if letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_') {
            r"\b"
        } else {
            ""
        }
    };
    let (before, after) = (edge(word.chars().next()), edge(word.chars().last()));
    Regex::new(&format!("{before}{}{after}", regex::escape(word))).unwrap()
}
