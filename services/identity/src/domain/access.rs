//! A look at a person's data.

use std::str::FromStr;

use rangkai_primitives::{Agency, Id, Timestamp};
use uuid::Uuid;

use super::{Attribute, Person};

/// One look at a person's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    pub id: Id<Access>,
    pub agency: Agency,
    pub caller: String,
    pub person: Id<Person>,
    pub kind: AccessKind,
    pub attributes: Vec<Attribute>,
    /// Absent for an import, which has no case.
    pub purpose: Option<Purpose>,
    pub time: Timestamp,
}

/// Why a person's data is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purpose {
    pub name: String,
    pub legal_basis: String,
    pub case: Uuid,
}

/// What was asked about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessKind {
    Resolved,
    Matched,
    AgeProven,
    Read,
    Imported,
}

impl AccessKind {
    /// The word for it, as it is kept.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resolved => "resolved",
            Self::Matched => "matched",
            Self::AgeProven => "age_proven",
            Self::Read => "read",
            Self::Imported => "imported",
        }
    }
}

/// Text that is not the word for a kind of access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a kind of access")]
pub struct NotAKind;

impl FromStr for AccessKind {
    type Err = NotAKind;

    fn from_str(text: &str) -> Result<Self, NotAKind> {
        [Self::Resolved, Self::Matched, Self::AgeProven, Self::Read, Self::Imported]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(NotAKind)
    }
}
