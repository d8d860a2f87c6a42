//! What every part of the reading shares: where it is, what it knows, what it found.

use super::attributes::Attributes;
use super::authentication::Authentication;
use super::failure::{Raise, Retry};
use super::finding::{Finding, Severity};
use super::functions::Functions;
use super::model::Tasks;
use super::target::Call;
use super::wait::Span;
use super::yaml::{Key, Kind, Mark, Node};
use std::collections::BTreeMap;

/// The most findings that are reported.
const MAX_FINDINGS: usize = 200;

/// A part of the document and the way to it.
#[derive(Clone, Debug)]
pub struct Spot<'n> {
    /// The part.
    pub node: &'n Node,
    /// Its JSON pointer.
    pub pointer: String,
}

/// What `use` defines, by name; none if the definition itself is broken.
#[derive(Default)]
pub struct Names {
    /// Errors to raise.
    pub errors: BTreeMap<String, Option<Raise>>,
    /// Ways to try again.
    pub retries: BTreeMap<String, Option<Retry>>,
    /// Time limits.
    pub timeouts: BTreeMap<String, Option<Span>>,
    /// Functions: calls with some arguments given.
    pub functions: BTreeMap<String, Option<Call>>,
    /// Who calls are made as.
    pub authentications: BTreeMap<String, Option<Authentication>>,
    /// Secrets that expressions may read.
    pub secrets: Vec<String>,
}

/// Reads a document: knows what is defined so far, and collects findings.
pub struct Reader<'a> {
    /// The functions that may be called.
    pub functions: &'a Functions,
    /// What `use` defines.
    pub names: Names,
    /// The variables that the tasks around the current one define.
    pub variables: Vec<String>,
    /// The lists read so far, by pointer.
    pub lists: BTreeMap<String, Tasks>,
    /// What instances can be found by.
    pub attributes: Attributes,
    /// What was found so far.
    pub findings: Vec<Finding>,
}

impl Reader<'_> {
    /// Notes a mistake at a place.
    pub fn error(
        &mut self,
        mark: Mark,
        pointer: &str,
        code: &'static str,
        message: String,
        mend: &str,
    ) {
        self.note(Severity::Error, mark, pointer, code, (message, mend));
    }

    /// Notes a mistake at a part.
    pub fn wrong(&mut self, spot: &Spot<'_>, code: &'static str, message: String, mend: &str) {
        self.error(spot.node.mark, &spot.pointer, code, message, mend);
    }

    /// Notes something that is probably not meant.
    pub fn warn(
        &mut self,
        mark: Mark,
        pointer: &str,
        code: &'static str,
        message: String,
        mend: &str,
    ) {
        self.note(Severity::Warning, mark, pointer, code, (message, mend));
    }

    fn note(
        &mut self,
        severity: Severity,
        mark: Mark,
        pointer: &str,
        code: &'static str,
        (message, mend): (String, &str),
    ) {
        if self.findings.len() < MAX_FINDINGS {
            let (pointer, mend) = (pointer.to_owned(), mend.to_owned());
            let Mark { line, column } = mark;
            self.findings.push(Finding { severity, code, line, column, pointer, message, mend });
        }
    }

    /// Opens an object whose keys are known.
    pub fn fields<'n>(&mut self, spot: &Spot<'n>) -> Option<Fields<'n>> {
        let members = self.members(spot)?;
        let (mark, pointer) = (spot.node.mark, spot.pointer.clone());
        Some(Fields { mark, pointer, members, asked: Vec::new() })
    }

    /// Opens an object whose keys are names of the author's.
    pub fn members<'n>(&mut self, spot: &Spot<'n>) -> Option<&'n [(Key, Node)]> {
        if let Kind::Map(members) = &spot.node.kind {
            return Some(members);
        }
        self.kind(spot, "an object");
        None
    }

    /// Opens a list.
    pub fn items<'n>(&mut self, spot: &Spot<'n>) -> Option<Vec<Spot<'n>>> {
        if let Kind::List(items) = &spot.node.kind {
            let items = items.iter().enumerate();
            let items = items
                .map(|(place, node)| Spot { node, pointer: format!("{}/{place}", spot.pointer) });
            return Some(items.collect());
        }
        self.kind(spot, "a list");
        None
    }

    /// Reads a text.
    pub fn text(&mut self, spot: &Spot<'_>) -> Option<String> {
        if let Kind::Text(text, _) = &spot.node.kind {
            return Some(text.clone());
        }
        self.kind(spot, "a text");
        None
    }

    /// Reads a whole number between two bounds.
    pub fn number(&mut self, spot: &Spot<'_>, least: u64, most: u64) -> Option<u64> {
        let number = match &spot.node.kind {
            Kind::Number(number) => number.as_u64().filter(|value| (least..=most).contains(value)),
            Kind::Null | Kind::Bool(_) | Kind::Text(..) | Kind::List(_) | Kind::Map(_) => None,
        };
        if number.is_none() {
            self.kind(spot, &format!("a whole number from {least} to {most}"));
        }
        number
    }

    /// Reads true or false.
    pub fn flag(&mut self, spot: &Spot<'_>) -> Option<bool> {
        if let Kind::Bool(value) = spot.node.kind {
            return Some(value);
        }
        self.kind(spot, "true or false");
        None
    }

    /// Notes that a part is of the wrong kind.
    pub fn kind(&mut self, spot: &Spot<'_>, expected: &str) {
        let message = format!("expected {expected}, found {}", spot.node.describe());
        self.wrong(spot, "kind.wrong", message, "write the kind of value that belongs here");
    }

    /// Notes every key that nobody asked for.
    pub fn close(&mut self, fields: Fields<'_>) {
        let Fields { pointer, members, asked, .. } = fields;
        for (key, _) in members {
            if asked.contains(&key.name.as_str()) {
                continue;
            }
            let mend = match nearest(&key.name, asked.iter().copied()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("the keys here are {}", asked.join(", ")),
            };
            let place = child(&pointer, &key.name);
            let message = format!("unknown key {}", key.name);
            self.error(key.mark, &place, "key.unknown", message, &mend);
        }
    }

    /// Takes a member that must be there.
    pub fn need<'n>(&mut self, fields: &mut Fields<'n>, name: &'static str) -> Option<Spot<'n>> {
        let found = fields.take(name);
        if found.is_none() {
            let message = format!("{name} is missing");
            let mend = format!("add {name}");
            self.error(fields.mark, &fields.pointer, "key.missing", message, &mend);
        }
        found
    }
}

/// An object whose keys are taken one by one.
pub struct Fields<'n> {
    /// Where it begins.
    pub mark: Mark,
    /// Its JSON pointer.
    pub pointer: String,
    members: &'n [(Key, Node)],
    asked: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    /// Takes a member, if it is there and not empty.
    pub fn take(&mut self, name: &'static str) -> Option<Spot<'n>> {
        self.asked.push(name);
        let (_, node) = self.members.iter().find(|(key, _)| key.name == name)?;
        Some(Spot { node, pointer: child(&self.pointer, name) })
    }

    /// Whether a key is there.
    pub fn has(&self, name: &str) -> bool {
        self.members.iter().any(|(key, _)| key.name == name)
    }
}

/// The pointer of a member.
pub fn child(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The known name that was probably meant.
pub fn nearest<'k>(written: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let known = known.map(|name| (distance(written, name), name));
    let (distance, name) = known.min_by_key(|(distance, _)| *distance)?;
    // Half a word in common is none.
    (distance <= 2.max(written.len() / 4) && distance * 2 < written.len() + 2).then_some(name)
}

/// How many letters differ.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, letter) in left.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], line + 1);
        for (place, other) in right.iter().enumerate() {
            let change = corner + usize::from(letter != *other);
            corner = row[place + 1];
            row[place + 1] = change.min(corner + 1).min(row[place] + 1);
        }
    }
    row[right.len()]
}
