//! A person of the population register.

use std::{fmt, str::FromStr};

use chrono::{Datelike as _, NaiveDate};
use data_encoding::BASE32_NOPAD;
use rangkai_primitives::{Id, Sensitive};

use super::{Attribute, Nik};

/// A person whom the register knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: Id<Person>,
    pub registered: Registered,
}

/// What the register says about a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    pub nik: Nik,
    pub family_card_number: Sensitive<String>,
    pub name: Sensitive<String>,
    pub birth_date: Sensitive<NaiveDate>,
    pub address: Sensitive<String>,
    pub region_code: Sensitive<String>,
}

/// The part of it that was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Disclosed {
    pub nik: Option<Nik>,
    pub family_card_number: Option<Sensitive<String>>,
    pub name: Option<Sensitive<String>>,
    pub birth_date: Option<Sensitive<NaiveDate>>,
    pub address: Option<Sensitive<String>>,
    pub region_code: Option<Sensitive<String>>,
}

/// How many people an import brought in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imported {
    pub created: usize,
    pub updated: usize,
}

/// The name by which one agency knows a person; another agency's name is another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectId(String);

/// How long a subject id is: 130 bits, so that two people never share one.
const LENGTH: usize = 26;

/// Why text is not a subject id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 26 small letters and digits from 2 to 7")]
pub struct SubjectIdError;

impl Registered {
    /// The `attributes`, and nothing else.
    pub fn only(&self, attributes: &[Attribute]) -> Disclosed {
        let mut disclosed = Disclosed::default();
        for attribute in attributes {
            match attribute {
                Attribute::Nik => disclosed.nik = Some(self.nik.clone()),
                Attribute::FamilyCardNumber => {
                    disclosed.family_card_number = Some(self.family_card_number.clone());
                }
                Attribute::Name => disclosed.name = Some(self.name.clone()),
                Attribute::BirthDate => disclosed.birth_date = Some(self.birth_date.clone()),
                Attribute::Address => disclosed.address = Some(self.address.clone()),
                Attribute::RegionCode => disclosed.region_code = Some(self.region_code.clone()),
            }
        }
        disclosed
    }

    /// Whether the person has completed `years` on `day`. Whoever was born on 29 February completes
    /// a year on 1 March where there is no such day.
    pub fn has_reached(&self, years: i32, day: NaiveDate) -> bool {
        let birth = self.birth_date.reveal();
        let calendar_years = day.year() - birth.year();
        let birthday_is_ahead = (day.month(), day.day()) < (birth.month(), birth.day());
        calendar_years - i32::from(birthday_is_ahead) >= years
    }
}

impl SubjectId {
    /// The subject id that a keyed hash of a person's root makes.
    pub fn of(hash: &[u8; 32]) -> Self {
        let mut text = BASE32_NOPAD.encode(hash).to_ascii_lowercase();
        text.truncate(LENGTH);
        Self(text)
    }

    /// The text of it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SubjectId {
    type Err = SubjectIdError;

    fn from_str(text: &str) -> Result<Self, SubjectIdError> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte);
        let is_one = text.len() == LENGTH && text.bytes().all(fits);
        is_one.then(|| Self(text.to_owned())).ok_or(SubjectIdError)
    }
}

impl fmt::Display for SubjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
pub(super) fn somebody(birth_date: &str) -> Registered {
    let text = |text: &str| Sensitive::new(text.to_owned());
    Registered {
        nik: "3174010101900001".parse().unwrap(),
        family_card_number: text("3174010101100001"),
        name: text("Siti Nur'aini, S.H."),
        birth_date: Sensitive::new(birth_date.parse().unwrap()),
        address: text("Jl. Melati No. 7, RT 01/RW 02"),
        region_code: text("3174010001"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_counted_in_completed_years() {
        for (birth, day, years) in [
            ("2009-11-22", "2026-11-21", 16),
            ("2009-11-22", "2026-11-22", 17),
            ("2009-11-22", "2026-12-01", 17),
            ("2009-12-31", "2026-01-01", 16),
            ("2008-02-29", "2025-02-28", 16),
            ("2008-02-29", "2025-03-01", 17),
            ("2008-02-29", "2028-02-29", 20),
            ("2008-02-29", "2028-02-28", 19),
        ] {
            let person = somebody(birth);
            let day = day.parse().unwrap();

            assert!(person.has_reached(years, day), "{birth} is {years} on {day}");
            assert!(!person.has_reached(years + 1, day), "{birth} is not {} on {day}", years + 1);
        }
    }

    #[test]
    fn only_what_was_asked_for_is_disclosed() {
        let person = somebody("1990-01-01");

        let disclosed = person.only(&[Attribute::Name, Attribute::RegionCode]);

        let expected = Disclosed {
            name: Some(person.name.clone()),
            region_code: Some(person.region_code.clone()),
            ..Disclosed::default()
        };
        assert_eq!(disclosed, expected);
        assert_eq!(person.only(&[]), Disclosed::default());
    }

    #[test]
    fn nothing_about_a_person_prints() {
        let printed = format!("{:?}", somebody("1990-01-01"));

        for secret in ["3174", "Siti", "1990", "Melati"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }

    #[test]
    fn a_subject_id_is_the_begin_of_a_hash() {
        let id = SubjectId::of(&[0xff; 32]);

        assert_eq!(id.as_str(), "7".repeat(26));
        assert_eq!(id.as_str().parse(), Ok(id));
        for wrong in ["", "7777777777777777777777777", "7777777777777777777777777A"] {
            assert_eq!(wrong.parse::<SubjectId>(), Err(SubjectIdError), "{wrong}");
        }
    }
}
