//! Reads XML that anybody may have sent into a bounded tree.

use quick_xml::{
    NsReader,
    errors::Error,
    events::{BytesRef, BytesStart, Event},
    name::{Namespace, ResolveResult},
};

use super::Unreadable;

/// No message is larger; requests are no larger either.
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// The deepest message of the family has 16 levels.
const MAX_DEPTH: usize = 32;
/// More than this many elements do not fit into the largest message, if they say anything.
const MAX_ELEMENTS: usize = 300_000;

/// A message that is well-formed and in a namespace that was asked for.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) namespace: &'static str,
    pub(super) root: Element,
}

/// An element of the message's namespace; others are left out.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    /// The attribute `Ccy`, the only one that says anything.
    pub(super) currency: Option<String>,
    pub(super) text: String,
    pub(super) children: Vec<Self>,
    pub(super) line: usize,
}

/// Reads a message whose namespace is one of `namespaces`.
pub(super) fn read(bytes: &[u8], namespaces: &[&'static str]) -> Result<Document, Unreadable> {
    if bytes.len() > MAX_BYTES {
        return Err(whole(1, "is larger than 4 MiB"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| whole(1, "is not UTF-8"))?;
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = NsReader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut tree = Tree::new(namespaces);
    let (mut line, mut position) = (1, 0);
    loop {
        let event = reader.read_event();
        let next = usize::try_from(reader.buffer_position()).unwrap_or(position);
        let begin = line;
        line += lines(text, position, next);
        position = next;
        let event = event.map_err(|error| whole(line, why(&error)))?;
        match event {
            Event::Start(start) => {
                let known = match reader.resolve_element(start.name()).0 {
                    ResolveResult::Bound(Namespace(name)) => tree.known(name),
                    ResolveResult::Unbound | ResolveResult::Unknown(_) => None,
                };
                tree.start(&start, known, line)?;
            }
            Event::End(_) => tree.end(line)?,
            Event::Text(text) => {
                let text = text.xml_content().map_err(|_| whole(begin, NOT_WELL_FORMED))?;
                tree.text(&text, begin)?;
            }
            Event::CData(text) => {
                let text = text.xml_content().map_err(|_| whole(begin, NOT_WELL_FORMED))?;
                tree.text(&text, begin)?;
            }
            Event::GeneralRef(reference) => tree.text(&resolve(&reference, line)?, line)?,
            Event::DocType(_) => return Err(whole(begin, "declares a document type")),
            Event::Eof => return tree.finish(line),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::Empty(_) => (),
        }
    }
}

const NOT_WELL_FORMED: &str = "is not well-formed XML";
const CUT_OFF: &str = "ends before it is complete";

struct Tree<'n> {
    namespaces: &'n [&'static str],
    namespace: Option<&'static str>,
    open: Vec<Element>,
    /// How many elements of other namespaces are open.
    foreign: usize,
    count: usize,
    root: Option<Element>,
}

impl<'n> Tree<'n> {
    fn new(namespaces: &'n [&'static str]) -> Self {
        Self { namespaces, namespace: None, open: Vec::new(), foreign: 0, count: 0, root: None }
    }

    fn known(&self, name: &[u8]) -> Option<&'static str> {
        self.namespaces.iter().copied().find(|known| known.as_bytes() == name)
    }

    fn start(
        &mut self,
        start: &BytesStart<'_>,
        known: Option<&'static str>,
        line: usize,
    ) -> Result<(), Unreadable> {
        self.count += 1;
        if self.open.len() + self.foreign >= MAX_DEPTH || self.count > MAX_ELEMENTS {
            return Err(whole(line, "has too many elements, or too many inside one another"));
        }
        let first = self.open.is_empty();
        if first && self.root.is_some() {
            return Err(whole(line, NOT_WELL_FORMED));
        }
        if first {
            let namespace = known.filter(|_| start.local_name().as_ref() == b"Document");
            self.namespace = namespace;
            namespace.ok_or_else(|| whole(line, "is not of a kind and version that is read"))?;
        } else if self.foreign > 0 || known.is_none() || known != self.namespace {
            self.foreign += 1;
            return Ok(());
        }
        let currency = start
            .try_get_attribute("Ccy")
            .map_err(|_| whole(line, NOT_WELL_FORMED))?
            .map(|found| String::from_utf8_lossy(&found.value).into_owned());
        let name = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
        self.open.push(Element { name, currency, line, ..Element::default() });
        Ok(())
    }

    fn end(&mut self, line: usize) -> Result<(), Unreadable> {
        if self.foreign > 0 {
            self.foreign -= 1;
            return Ok(());
        }
        let ended = self.open.pop().ok_or_else(|| whole(line, NOT_WELL_FORMED))?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(ended),
            None => self.root = Some(ended),
        }
        Ok(())
    }

    fn text(&mut self, text: &str, line: usize) -> Result<(), Unreadable> {
        match self.open.last_mut() {
            Some(element) if self.foreign == 0 => element.text.push_str(text),
            Some(_) => (),
            None if text.trim().is_empty() => (),
            None => return Err(whole(line, NOT_WELL_FORMED)),
        }
        Ok(())
    }

    fn finish(self, line: usize) -> Result<Document, Unreadable> {
        if !self.open.is_empty() {
            return Err(whole(line, CUT_OFF));
        }
        let document = self.namespace.zip(self.root);
        let (namespace, root) = document.ok_or_else(|| whole(line, NOT_WELL_FORMED))?;
        Ok(Document { namespace, root })
    }
}

/// What a reference stands for: a character by its number, or one of the five that XML itself has.
fn resolve(reference: &BytesRef<'_>, line: usize) -> Result<String, Unreadable> {
    let character = reference.resolve_char_ref().map_err(|_| whole(line, NOT_WELL_FORMED))?;
    if let Some(character) = character {
        return Ok(character.to_string());
    }
    let name = reference.decode().map_err(|_| whole(line, NOT_WELL_FORMED))?;
    let known = quick_xml::escape::resolve_xml_entity(&name);
    known.map(str::to_owned).ok_or_else(|| whole(line, "uses an entity of its own"))
}

fn why(error: &Error) -> &'static str {
    match error {
        Error::Syntax(_) => CUT_OFF,
        Error::Io(_)
        | Error::IllFormed(_)
        | Error::InvalidAttr(_)
        | Error::Encoding(_)
        | Error::Escape(_)
        | Error::Namespace(_) => NOT_WELL_FORMED,
    }
}

/// How many lines end between two places in the text.
fn lines(text: &str, from: usize, to: usize) -> usize {
    text.get(from..to).unwrap_or_default().matches('\n').count()
}

fn whole(line: usize, why: &'static str) -> Unreadable {
    Unreadable { element: "Document", line, why }
}
