//! What services outside the blocks say of themselves, kept by name and digest.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use rangkai_primitives::{Id, Timestamp};

use super::{
    definition::{Described, OpenApi},
    protos,
};

/// A set of descriptors, or an OpenAPI document; it is never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescriptorSet {
    /// This set.
    pub id: Id<DescriptorSet>,
    /// The name by which workflows refer to it.
    pub name: String,
    /// What it holds.
    pub kind: SetKind,
    /// The SHA-256 of the content.
    pub digest: [u8; 32],
    /// The encoded descriptors, or the document as JSON; empty in lists.
    pub content: Vec<u8>,
    /// When it was imported.
    pub create_time: Timestamp,
}

/// What a set holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetKind {
    /// Protobuf descriptors.
    Proto,
    /// An OpenAPI document.
    OpenApi,
}

/// What a set is made of.
#[derive(Clone, Debug)]
pub enum Source {
    /// An encoded set of descriptors.
    Encoded(Vec<u8>),
    /// Files in the protobuf language, by name.
    Files(BTreeMap<String, String>),
    /// An OpenAPI document, as JSON or YAML.
    OpenApi(String),
}

/// A set that can be kept: what it holds was read and is sound.
#[derive(Clone, Debug)]
pub struct NewSet {
    /// The name by which workflows refer to it.
    pub name: String,
    /// What it holds.
    pub kind: SetKind,
    /// The content, written in the one way in which it is kept.
    pub content: Vec<u8>,
}

impl NewSet {
    /// Reads what a set is made of.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn read(name: String, source: Source) -> Result<Self, String> {
        let (kind, content) = match source {
            Source::Encoded(encoded) => (SetKind::Proto, protos::complete(&encoded)?),
            Source::Files(files) => (SetKind::Proto, protos::compile(files)?),
            Source::OpenApi(text) => (SetKind::OpenApi, OpenApi::parse(&text)?.content()),
        };
        let described = Described::read(kind, &content)?;
        if described.methods().is_empty() {
            return Err("nothing in it can be called".to_owned());
        }
        Ok(Self { name, kind, content })
    }
}

impl DescriptorSet {
    /// What is kept of a new set.
    #[must_use]
    pub fn import(new: NewSet, now: Timestamp) -> Self {
        let mut sum = [0; 32];
        sum.copy_from_slice(digest(&SHA256, &new.content).as_ref());
        let NewSet { name, kind, content } = new;
        Self { id: Id::generate(), name, kind, digest: sum, content, create_time: now }
    }
}
