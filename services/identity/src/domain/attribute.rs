//! The items of population data.

use std::str::FromStr;

/// One item of the population data of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute {
    Nik,
    FamilyCardNumber,
    Name,
    BirthDate,
    Address,
    RegionCode,
}

impl Attribute {
    /// Every item, in the order of the columns of an import.
    pub const ALL: [Self; 6] = [
        Self::Nik,
        Self::FamilyCardNumber,
        Self::Name,
        Self::BirthDate,
        Self::Address,
        Self::RegionCode,
    ];

    /// The word for it: in an import, and as it is kept.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nik => "nik",
            Self::FamilyCardNumber => "family_card_number",
            Self::Name => "name",
            Self::BirthDate => "birth_date",
            Self::Address => "address",
            Self::RegionCode => "region_code",
        }
    }
}

/// Text that is not the word for an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not an attribute")]
pub struct NotAnAttribute;

impl FromStr for Attribute {
    type Err = NotAnAttribute;

    fn from_str(text: &str) -> Result<Self, NotAnAttribute> {
        Self::ALL.into_iter().find(|it| it.as_str() == text).ok_or(NotAnAttribute)
    }
}
