//! What a caller believes about a person.

use chrono::NaiveDate;
use rangkai_primitives::Sensitive;

use super::{Attribute, Registered};

/// One attribute and the value that a caller believes it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub attribute: Attribute,
    value: Sensitive<String>,
}

/// Why a value cannot be that of its attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a day as YYYY-MM-DD")]
pub struct ClaimError;

impl Claim {
    /// A claim; a date must be written as one.
    pub fn new(attribute: Attribute, value: String) -> Result<Self, ClaimError> {
        if attribute == Attribute::BirthDate && date(&value).is_none() {
            return Err(ClaimError);
        }
        Ok(Self { attribute, value: Sensitive::new(value) })
    }

    /// Whether the register says the same.
    pub fn is_true_of(&self, person: &Registered) -> bool {
        let claimed = self.value.reveal();
        match self.attribute {
            Attribute::Nik => claimed == person.nik.reveal(),
            Attribute::FamilyCardNumber => claimed == person.family_card_number.reveal(),
            Attribute::Name => plain(claimed) == plain(person.name.reveal()),
            Attribute::BirthDate => date(claimed).as_ref() == Some(person.birth_date.reveal()),
            Attribute::Address => plain(claimed) == plain(person.address.reveal()),
            Attribute::RegionCode => claimed == person.region_code.reveal(),
        }
    }
}

/// Reads `YYYY-MM-DD`, with all its digits.
pub(super) fn date(text: &str) -> Option<NaiveDate> {
    let digits = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
    let shape = text.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    if text.len() != 10 || !shape {
        return None;
    }
    let year = i32::try_from(digits(0, 4)?).ok()?;
    NaiveDate::from_ymd_opt(year, digits(5, 7)?, digits(8, 10)?)
}

/// The text without regard to letter case, punctuation and repeated spaces.
pub(super) fn plain(text: &str) -> String {
    // Large letters first: some small ones, such as the sharp s, are two when written large.
    let folded = text.to_uppercase().to_lowercase();
    let kept: String =
        folded.chars().filter(|it| it.is_alphanumeric() || it.is_whitespace()).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::person::somebody;
    use super::*;

    fn holds(attribute: Attribute, value: &str) -> bool {
        Claim::new(attribute, value.to_owned()).unwrap().is_true_of(&somebody("1990-01-01"))
    }

    #[test]
    fn names_and_addresses_are_compared_by_their_letters() {
        for same in ["Siti Nur'aini, S.H.", "SITI NURAINI SH", "  siti \t nur’aini  s.h."] {
            assert!(holds(Attribute::Name, same), "{same}");
        }
        for other in ["Siti Nur'aini", "Siti Nur aini SH", "Siti Nurani SH", "...", ""] {
            assert!(!holds(Attribute::Name, other), "{other}");
        }
        assert!(holds(Attribute::Address, "JL MELATI NO 7 RT 01RW 02"));
    }

    #[test]
    fn numbers_are_compared_exactly() {
        assert!(holds(Attribute::Nik, "3174010101900001"));
        assert!(!holds(Attribute::Nik, " 3174010101900001"));
        assert!(holds(Attribute::FamilyCardNumber, "3174010101100001"));
        assert!(holds(Attribute::RegionCode, "3174010001"));
        assert!(!holds(Attribute::RegionCode, "31.74.01.0001"));
    }

    #[test]
    fn a_date_is_written_in_one_way() {
        assert!(holds(Attribute::BirthDate, "1990-01-01"));
        assert!(!holds(Attribute::BirthDate, "1990-01-02"));
        for wrong in ["", "1990-1-1", "01-01-1990", "1990-02-30", "+990-01-01", "1990-01-01 "] {
            let claim = Claim::new(Attribute::BirthDate, wrong.to_owned());
            assert_eq!(claim, Err(ClaimError), "{wrong}");
        }
    }
}
