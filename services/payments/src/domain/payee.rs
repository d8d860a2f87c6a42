//! Payees: whom a directory knows, and where they are paid.

use std::{fmt, str::FromStr};

use rangkai_primitives::{Id, Sensitive, Timestamp};

use super::{FinancialAddress, plain_name};

/// A person in the directory of a source, as far as anybody may know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payee {
    pub id: Id<Payee>,
    /// The programme or block whose directory it is.
    pub source: String,
    pub state: PayeeState,
    /// The bank or wallet; none once unlinked.
    pub institution: Option<String>,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
}

/// Whether a payee can be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayeeState {
    Linked,
    Unlinked,
}

/// How a person is named in a directory.
#[derive(Clone, Debug)]
pub struct PayeeRef {
    pub source: String,
    pub functional_id: Sensitive<String>,
}

/// A person, and where the money goes; holding one means that it was checked.
#[derive(Clone, Debug)]
pub struct NewPayee {
    pub payee: PayeeRef,
    /// Without an institution where the caller knows none.
    pub address: FinancialAddress,
    /// How the money gets there, where the caller says that instead of an institution.
    pub modality: Option<String>,
    /// Empty where the caller knows none.
    pub name: Sensitive<String>,
}

/// What is to change of a payee; what is absent stays as it is.
#[derive(Clone, Debug)]
pub struct PayeeChange {
    pub payee: PayeeRef,
    pub institution: Option<String>,
    pub account: Option<Sensitive<String>>,
    pub modality: Option<String>,
    pub name: Option<Sensitive<String>>,
}

/// What a directory says about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayeeVerdict {
    pub known: bool,
    pub active: bool,
    /// None when no name was given, or there is none to hold it against.
    pub name_plausible: Option<bool>,
}

/// What became of many people that were to be linked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkedMany {
    pub linked: u64,
    /// They were linked to the same address before.
    pub unchanged: u64,
    /// Their places in what was sent, counted from nothing.
    pub refused: Vec<usize>,
}

impl NewPayee {
    /// The payee after `change`.
    #[must_use]
    pub fn changed(self, change: PayeeChange) -> Self {
        let FinancialAddress { institution, account } = self.address;
        Self {
            payee: change.payee,
            address: FinancialAddress {
                institution: change.institution.unwrap_or(institution),
                account: change.account.unwrap_or(account),
            },
            modality: change.modality.or(self.modality),
            name: change.name.unwrap_or(self.name),
        }
    }

    /// Whether `self` says nothing else than `kept` does; what `self` leaves open is as it may be.
    pub fn agrees(&self, kept: &Self) -> bool {
        let (institution, modality) = (&self.address.institution, &self.modality);
        let name = plain_name(self.name.reveal());
        self.address.account == kept.address.account
            && (institution.is_empty() || *institution == kept.address.institution)
            && (modality.is_none() || kept.modality.is_none() || *modality == kept.modality)
            && (self.name.reveal().is_empty() || name == plain_name(kept.name.reveal()))
    }
}

impl PayeeState {
    /// The state in one word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Linked => "linked",
            Self::Unlinked => "unlinked",
        }
    }
}

impl FromStr for PayeeState {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Linked, Self::Unlinked]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or("is not a state of a payee")
    }
}

impl fmt::Display for PayeeState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
