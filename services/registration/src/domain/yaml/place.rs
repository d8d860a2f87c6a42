//! Reading a tree strictly: whatever is missing, unknown or of the wrong kind is found, all at once.

use super::{Node, Value, node::Entry};
use crate::domain::DefinitionFinding;

/// More findings than this are not listed; the first ones are enough to start mending.
const MOST: usize = 200;

/// What was found wrong so far.
#[derive(Debug, Default)]
pub struct Findings(Vec<DefinitionFinding>);

/// A value in the document, and the way to it as a JSON Pointer.
#[derive(Clone, Debug)]
pub struct Place<'a> {
    pub node: &'a Node,
    pub pointer: String,
}

/// The fields of a mapping, each taken by its name.
#[derive(Debug)]
pub struct Fields<'a> {
    place: Place<'a>,
    entries: &'a [Entry],
    known: Vec<&'static str>,
}

impl Findings {
    /// Notes that something is wrong at `place`.
    pub fn add(&mut self, place: &Place<'_>, message: impl Into<String>) {
        self.at(place.node.line, place.node.column, &place.pointer, message);
    }

    /// Notes that something is wrong at a position.
    pub fn at(&mut self, line: u64, column: u64, pointer: &str, message: impl Into<String>) {
        if self.0.len() < MOST {
            let message = message.into();
            self.0.push(DefinitionFinding { line, column, pointer: pointer.to_owned(), message });
        }
    }

    /// Everything found, in the order of the document.
    pub fn into_sorted(self) -> Vec<DefinitionFinding> {
        let mut all = self.0;
        all.sort_by_key(|finding| (finding.line, finding.column));
        all
    }
}

impl<'a> Place<'a> {
    /// The whole document.
    pub fn root(node: &'a Node) -> Self {
        Self { node, pointer: String::new() }
    }

    /// The text that stands here.
    pub fn text(&self, findings: &mut Findings) -> Option<&'a str> {
        match &self.node.value {
            Value::Text(text) if !text.trim().is_empty() => Some(text.trim()),
            Value::Text(_) | Value::Null => self.wrong(findings, "must not be empty"),
            Value::Bool(_) | Value::Number(_) => {
                self.wrong(findings, "must be text; put it in quotation marks")
            }
            Value::List(_) | Value::Map(_) => self.wrong(findings, "must be text"),
        }
    }

    /// The whole number that stands here, if it is within `least..=most`.
    pub fn number(&self, least: i64, most: i64, findings: &mut Findings) -> Option<i64> {
        let number = match &self.node.value {
            Value::Number(number) => number.as_i64(),
            Value::Null | Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => None,
        };
        match number.filter(|number| (least..=most).contains(number)) {
            None => self.wrong(findings, &format!("must be a whole number from {least} to {most}")),
            number => number,
        }
    }

    /// The items of the list that stands here.
    pub fn items(&self, findings: &mut Findings) -> Option<Vec<Self>> {
        let Value::List(items) = &self.node.value else {
            return self.wrong(findings, "must be a list");
        };
        let place = |(index, node)| Self { node, pointer: format!("{}/{index}", self.pointer) };
        Some(items.iter().enumerate().map(place).collect())
    }

    /// The names and values of the mapping that stands here, whatever the names are.
    pub fn entries(&self, findings: &mut Findings) -> Option<Vec<(&'a str, Self)>> {
        let fields = self.fields(findings)?;
        Some(fields.entries.iter().map(|entry| (entry.key.as_str(), self.child(entry))).collect())
    }

    /// The fields of the mapping that stands here; a name that stands twice is found.
    pub fn fields(&self, findings: &mut Findings) -> Option<Fields<'a>> {
        let Value::Map(entries) = &self.node.value else {
            return self.wrong(findings, "must be a mapping of names to values");
        };
        for (index, entry) in entries.iter().enumerate() {
            if entries[..index].iter().any(|earlier| earlier.key == entry.key) {
                let pointer = self.child(entry).pointer;
                let message = format!("`{}` stands here twice", entry.key);
                findings.at(entry.line, entry.column, &pointer, message);
            }
        }
        Some(Fields { place: self.clone(), entries, known: Vec::new() })
    }

    fn child(&self, entry: &'a Entry) -> Self {
        let key = entry.key.replace('~', "~0").replace('/', "~1");
        Self { node: &entry.node, pointer: format!("{}/{key}", self.pointer) }
    }

    fn wrong<T>(&self, findings: &mut Findings, message: &str) -> Option<T> {
        findings.add(self, message);
        None
    }
}

impl<'a> Fields<'a> {
    /// The field `name`, which must be there.
    pub fn required(&mut self, name: &'static str, findings: &mut Findings) -> Option<Place<'a>> {
        let found = self.optional(name);
        if found.is_none() {
            findings.add(&self.place, format!("`{name}` is missing"));
        }
        found
    }

    /// The field `name`, if it is there.
    pub fn optional(&mut self, name: &'static str) -> Option<Place<'a>> {
        self.known.push(name);
        let entry = self.entries.iter().find(|entry| entry.key == name)?;
        Some(self.place.child(entry))
    }

    /// Notes every field that nobody asked for.
    pub fn finish(self, findings: &mut Findings) {
        for entry in self.entries {
            if !self.known.contains(&entry.key.as_str()) {
                let pointer = self.place.child(entry).pointer;
                let message = format!(
                    "`{}` is not known here; known are {}",
                    entry.key,
                    self.known.join(", ")
                );
                findings.at(entry.line, entry.column, &pointer, message);
            }
        }
    }
}
