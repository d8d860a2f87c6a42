//! The contracts, and the tests that they ask for.

use regex::Regex;

use super::files::{files, has_extension, none};

#[test]
fn every_refusal_of_a_contract_has_a_test_that_gets_it() {
    let value = Regex::new(r"(?m)^\s*ERROR_REASON_(\w+)\s*=\s*[1-9]").unwrap();
    let mut findings = Vec::new();
    for contract in files(|path| path.ends_with("/error_reason.proto")) {
        // proto/rangkai/payments/v1/error_reason.proto is the contract of payments.
        let block = contract.folder(2);
        let folder = format!("tests/{block}/");
        let tests = files(|path| path.starts_with(&folder) && has_extension(path, "rs"));
        for found in value.captures_iter(&contract.text) {
            let reason = &found[1];
            let spellings = Regex::new(&format!(r"\b(ErrorReason::{}|{reason})\b", camel(reason)));
            let spellings = spellings.unwrap();
            if !tests.iter().any(|test| test.code().any(|(_, line)| spellings.is_match(line))) {
                findings.push(format!("{block}: {reason}"));
            }
        }
    }
    none("no test gets these refusals", &findings);
}

#[test]
fn a_contract_lives_in_the_folder_of_its_package() {
    let package = Regex::new(r"(?m)^package ([\w.]+);").unwrap();
    let mut findings = Vec::new();
    for contract in files(|path| path.starts_with("proto/") && has_extension(path, "proto")) {
        let named = package.captures(&contract.text).map(|found| found[1].replace('.', "/"));
        let place = named.map(|named| format!("proto/{named}/"));
        if !place.is_some_and(|place| contract.path.starts_with(&place)) {
            findings.push(contract.path);
        }
    }
    none("these contracts are not where their package says", &findings);
}

/// `BILL_NOT_FOUND` as Rust spells it: `BillNotFound`.
fn camel(reason: &str) -> String {
    let words = reason.split('_').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        format!("{first}{}", rest.to_lowercase())
    });
    words.collect()
}
