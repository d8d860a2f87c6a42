//! YAML as a tree that knows where each part stands, with bounds on everything.

use super::finding::{Finding, Severity};
use super::scalar::{self, TextPlace};
use granit_parser::{Event, Parser, Span};
use serde_json::{Map, Number, Value};
use std::collections::BTreeMap;

/// The longest document, in bytes.
const MAX_TEXT: usize = 256 * 1024;
/// The deepest nesting.
const MAX_DEPTH: usize = 64;
/// The most parts, those that aliases repeat included.
const MAX_PARTS: usize = 20_000;

/// A place in the text, both from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// The line.
    pub line: u32,
    /// The column, in characters.
    pub column: u32,
}

/// A part of the document.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where it begins.
    pub mark: Mark,
    /// What it is.
    pub kind: Kind,
    size: usize,
}

/// What a part is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text, and where it stands.
    Text(String, TextPlace),
    /// A list.
    List(Vec<Node>),
    /// Members in the order of the text.
    Map(Vec<(Key, Node)>),
}

/// The name of a member.
#[derive(Clone, Debug)]
pub struct Key {
    /// The name.
    pub name: String,
    /// Where it begins.
    pub mark: Mark,
}

impl Node {
    /// The part as JSON.
    pub fn value(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Number(number) => Value::Number(number.clone()),
            Kind::Text(text, _) => Value::String(text.clone()),
            Kind::List(items) => items.iter().map(Node::value).collect(),
            Kind::Map(members) => {
                let members = members.iter();
                let members = members.map(|(key, node)| (key.name.clone(), node.value()));
                Value::Object(members.collect::<Map<_, _>>())
            }
        }
    }

    /// What it is, for messages.
    pub fn describe(&self) -> &'static str {
        match self.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) => "a boolean",
            Kind::Number(_) => "a number",
            Kind::Text(..) => "a text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "an object",
        }
    }
}

/// Reads a text; duplicate keys are found without stopping, anything worse stops.
pub fn parse(text: &str, findings: &mut Vec<Finding>) -> Option<Node> {
    if text.len() > MAX_TEXT {
        let (message, mend) = ("the document has more than 256 KiB", "split the workflow");
        findings.push(finding(Mark { line: 1, column: 1 }, "yaml.too_large", message, mend));
        return None;
    }
    let options = granit_parser::options! {
        emit_comments: false,
        disallow_directives: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let parser = Parser::new_from_str_with_options(text, options);
    let mut tree = Tree::new(text, findings);
    for event in parser {
        let outcome = match event {
            Ok((event, span)) => tree.take(event, span),
            Err(error) => {
                let mark = mark_of(error.marker().line(), error.marker().col());
                let message = format!("this is no YAML: {}", error.info());
                let before = error.marker().line().saturating_sub(2);
                let mut lines = text.lines().skip(before).take(2);
                let mend = if lines.any(|line| line.contains("${")) {
                    "put the expression in quotes, as in '${ … }', or below a bar (|)"
                } else {
                    "check indentation, quotes and brackets here and on the line before"
                };
                Err(finding(mark, "yaml.syntax", &message, mend))
            }
        };
        if let Err(stop) = outcome {
            tree.findings.push(stop);
            return None;
        }
    }
    tree.root
}

fn finding(mark: Mark, code: &'static str, message: &str, mend: &str) -> Finding {
    Finding {
        severity: Severity::Error,
        code,
        line: mark.line,
        column: mark.column,
        pointer: String::new(),
        message: message.to_owned(),
        mend: mend.to_owned(),
    }
}

pub(super) fn mark_of(line: usize, column: usize) -> Mark {
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    Mark { line: number(line), column: number(column.saturating_add(1)) }
}

/// A list or an object that is not closed yet.
struct Open {
    mark: Mark,
    anchor: usize,
    size: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map(Vec<(Key, Node)>, Option<Key>),
}

struct Tree<'f> {
    source: &'f str,
    findings: &'f mut Vec<Finding>,
    anchors: BTreeMap<usize, Node>,
    open: Vec<Open>,
    root: Option<Node>,
    parts: usize,
}

impl<'f> Tree<'f> {
    fn new(source: &'f str, findings: &'f mut Vec<Finding>) -> Self {
        Self { source, findings, anchors: BTreeMap::new(), open: Vec::new(), root: None, parts: 0 }
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Finding> {
        let mark = mark_of(span.start.line(), span.start.col());
        let tag = event.tag().filter(|tag| !tag.is_yaml_core_schema() && !tag.suffix().is_empty());
        if tag.is_some() {
            let mend = "remove the tag that begins with an exclamation mark";
            return Err(finding(mark, "yaml.tag", "tags are not read", mend));
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let text_only = tag.is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
                let kind = scalar::read(&text, style, text_only, span, self.source);
                self.add(Node { mark, kind, size: 1 }, anchor)
            }
            Event::SequenceStart(_, anchor, _) => {
                self.open(mark, anchor, Content::List(Vec::new()))
            }
            Event::MappingStart(_, anchor, _) => {
                self.open(mark, anchor, Content::Map(Vec::new(), None))
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(anchor) => {
                if let Some(node) = self.anchors.get(&anchor).cloned() {
                    return self.add(node, 0);
                }
                let mend = "write the value out";
                Err(finding(mark, "yaml.alias", "the alias stands inside what it names", mend))
            }
            Event::DocumentStart(..) if self.root.is_some() => {
                let mend = "keep one document in a file";
                Err(finding(mark, "yaml.documents", "a second document begins here", mend))
            }
            Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(..)
            | Event::DocumentEnd
            | Event::Anchor(..)
            | Event::UnresolvedAlias(_)
            | Event::Comment(..)
            | _ => Ok(()),
        }
    }

    fn open(&mut self, mark: Mark, anchor: usize, content: Content) -> Result<(), Finding> {
        if let Some(Open { content: Content::Map(_, None), .. }) = self.open.last() {
            let mend = "write the name of the member as plain text";
            return Err(finding(mark, "yaml.key", "the name of a member is no text", mend));
        }
        self.open.push(Open { mark, anchor, size: 1, content });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Finding> {
        let Some(Open { mark, anchor, size, content }) = self.open.pop() else { return Ok(()) };
        let kind = match content {
            Content::List(items) => Kind::List(items),
            Content::Map(members, _) => Kind::Map(members),
        };
        self.parts -= size - 1;
        self.add(Node { mark, kind, size }, anchor)
    }

    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Finding> {
        self.parts += node.size;
        if self.parts > MAX_PARTS {
            let mend = "split the workflow, or use fewer aliases";
            return Err(finding(node.mark, "yaml.too_large", "more than 20,000 parts", mend));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        open.size += node.size;
        match &mut open.content {
            Content::List(items) => items.push(node),
            Content::Map(members, awaited @ None) => {
                let key = read_key(node)?;
                if key.name == "<<" {
                    let mend = "write the members out";
                    return Err(finding(key.mark, "yaml.merge", "merge keys are not read", mend));
                }
                if members.iter().any(|(other, _)| other.name == key.name) {
                    let message = format!("{} is given twice", key.name);
                    let mend = "remove one of the two";
                    self.findings.push(finding(key.mark, "yaml.duplicate_key", &message, mend));
                }
                *awaited = Some(key);
            }
            Content::Map(members, awaited) => {
                if let Some(key) = awaited.take()
                    && members.iter().all(|(other, _)| other.name != key.name)
                {
                    members.push((key, node));
                }
            }
        }
        Ok(())
    }
}

fn read_key(node: Node) -> Result<Key, Finding> {
    let name = match node.kind {
        Kind::Text(name, _) => name,
        Kind::Number(number) => number.to_string(),
        Kind::Bool(value) => value.to_string(),
        Kind::Null | Kind::List(_) | Kind::Map(_) => {
            let mend = "write the name of the member as plain text";
            return Err(finding(node.mark, "yaml.key", "the name of a member is no text", mend));
        }
    };
    Ok(Key { name, mark: node.mark })
}
