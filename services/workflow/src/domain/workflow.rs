//! Workflows as agencies publish them.

use rangkai_primitives::{Id, Timestamp};

use super::{definition::Definition, instance::Version};

/// A version of a workflow; it is never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workflow {
    /// This version.
    pub id: Id<Version>,
    /// The namespace that the document names.
    pub namespace: String,
    /// The name that the document names.
    pub name: String,
    /// The version that the document names.
    pub version: String,
    /// What people call it.
    pub title: String,
    /// The SHA-256 of the document.
    pub digest: [u8; 32],
    /// The document; empty in lists.
    pub document: String,
    /// When it was published.
    pub create_time: Timestamp,
}

impl Workflow {
    /// What a checked document is when it is published.
    #[must_use]
    pub fn publish(definition: &Definition, now: Timestamp) -> Self {
        let document = &definition.document;
        Self {
            id: Id::generate(),
            namespace: document.namespace.clone(),
            name: document.name.clone(),
            version: document.version.clone(),
            title: document.title.clone().unwrap_or_default(),
            digest: definition.digest,
            document: definition.text.to_string(),
            create_time: now,
        }
    }
}
