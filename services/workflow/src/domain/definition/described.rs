//! What a document refers to and does not hold itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use prost_reflect::DescriptorPool;

use super::openapi::OpenApi;
use super::reader::{Reader, Spot, nearest};
use super::yaml::Kind;
use crate::domain::descriptor_set::SetKind;

/// How a document names a set of descriptors that was imported.
pub const SCHEME: &str = "rangkai:descriptors/";

/// What surrounds a document: what its agency imported, and what the operator configured for it.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// The imported sets that the document names.
    pub described: BTreeMap<String, Described>,
    /// The hosts that may be called; unknown, if nobody is to judge the document by them.
    pub hosts: Option<BTreeSet<String>>,
    /// The names of the secrets that there are; unknown in the same way.
    pub secrets: Option<BTreeSet<String>>,
    /// Whether the document was published: it was judged then, by the rules of that time.
    pub published: bool,
}

/// What a service outside the blocks says of itself.
#[derive(Clone, Debug)]
pub enum Described {
    /// Protobuf descriptors.
    Proto(DescriptorPool),
    /// An OpenAPI document.
    OpenApi(Arc<OpenApi>),
}

impl Described {
    /// Reads what is kept of a set.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn read(kind: SetKind, content: &[u8]) -> Result<Self, String> {
        match kind {
            SetKind::Proto => {
                let pool = DescriptorPool::decode(content).map_err(|error| error.to_string())?;
                Ok(Self::Proto(pool))
            }
            SetKind::OpenApi => Ok(Self::OpenApi(Arc::new(OpenApi::read(content)?))),
        }
    }

    /// What can be called: the full names of methods, or the ids of operations.
    #[must_use]
    pub fn methods(&self) -> Vec<String> {
        match self {
            Self::Proto(pool) => {
                let methods = pool.services().flat_map(|it| it.methods().collect::<Vec<_>>());
                methods.map(|method| method.full_name().to_owned()).collect()
            }
            Self::OpenApi(document) => document.operations(),
        }
    }
}

/// The names of all sets that a document may refer to, wherever they stand in its text.
#[must_use]
pub fn references(text: &str) -> BTreeSet<String> {
    let end = |rest: &str| rest.find(|letter: char| !is_of_name(letter)).unwrap_or(rest.len());
    let names = text.split(SCHEME).skip(1).map(|rest| rest[..end(rest)].to_owned());
    names.filter(|name| !name.is_empty()).collect()
}

fn is_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '-' || letter == '.'
}

impl Reader<'_> {
    /// Finds the set that an external resource names.
    pub fn described(&mut self, spot: &Spot<'_>) -> Option<Described> {
        let mut fields = self.fields(spot)?;
        let _name = fields.take("name").and_then(|spot| self.text(&spot));
        let endpoint = self.need(&mut fields, "endpoint");
        self.close(fields);
        let endpoint = endpoint?;
        let endpoint = match &endpoint.node.kind {
            Kind::Map(_) => {
                let mut fields = self.fields(&endpoint)?;
                let uri = self.need(&mut fields, "uri");
                self.close(fields);
                uri?
            }
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(..) | Kind::List(_) => {
                endpoint
            }
        };
        let uri = self.text(&endpoint)?;
        let Some(name) = uri.strip_prefix(SCHEME) else {
            let message = "contracts are not fetched while a workflow is read or run".to_owned();
            let mend = format!("import it with ImportDescriptorSet, and write {SCHEME}<its name>");
            self.wrong(&endpoint, "feature.refused", message, &mend);
            return None;
        };
        let around = self.functions.around();
        if let Some(found) = around.described.get(name) {
            return Some(found.clone());
        }
        let mend = match nearest(name, around.described.keys().map(String::as_str)) {
            Some(near) => format!("did you mean {near}?"),
            None => "import it with ImportDescriptorSet".to_owned(),
        };
        let message = format!("no descriptors called {name} were imported");
        self.wrong(&endpoint, "descriptors.unknown", message, &mend);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_found_wherever_they_stand() {
        let text = "a: 'rangkai:descriptors/parcels-v1'\nb: {c: rangkai:descriptors/tax.2}\n\
                    d: \"rangkai:descriptors/parcels-v1\" # rangkai:descriptors/";

        assert_eq!(references(text), ["parcels-v1", "tax.2"].map(str::to_owned).into());
    }
}
