//! The population identification number.

use std::str::FromStr;

use rangkai_primitives::Sensitive;

/// A population identification number (NIK) that could be one.
///
/// Only its shape is known: the region is that of the first issue and the day of birth may have
/// been corrected since, so neither sex nor birth date nor domicile is ever read from it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Nik(Sensitive<String>);

/// Why text is not a NIK; says nothing about the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NikError {
    #[error("must be 16 digits")]
    NotDigits,
    #[error("must begin with the code of a province, a regency and a district")]
    NoRegion,
    #[error("must hold a day (01 to 31, or 41 to 71) and a month")]
    NoDate,
    #[error("must end with a serial number from 0001")]
    NoSerial,
}

impl Nik {
    /// The digits, for whoever may see them.
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }
}

impl FromStr for Nik {
    type Err = NikError;

    fn from_str(text: &str) -> Result<Self, NikError> {
        if text.len() != 16 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NikError::NotDigits);
        }
        let pair = |at: usize| text.get(at..at + 2).and_then(|two| two.parse::<u8>().ok());
        let within = |at: usize, least: u8, most: u8| {
            pair(at).is_some_and(|number| (least..=most).contains(&number))
        };
        if !(within(0, 11, 99) && within(2, 1, 99) && within(4, 1, 99)) {
            return Err(NikError::NoRegion);
        }
        // Women's days are counted from 41 on.
        if !((within(6, 1, 31) || within(6, 41, 71)) && within(8, 1, 12)) {
            return Err(NikError::NoDate);
        }
        if text.ends_with("0000") {
            return Err(NikError::NoSerial);
        }
        Ok(Self(Sensitive::new(text.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nik_has_the_shape_of_one() {
        for good in ["3174010101900001", "3174017112900001", "1101010101000001", "9999993112999999"]
        {
            assert!(good.parse::<Nik>().is_ok(), "{good}");
        }
        for (wrong, why) in [
            ("", NikError::NotDigits),
            ("317401010190001", NikError::NotDigits),
            ("31740101019000011", NikError::NotDigits),
            ("317401010190000x", NikError::NotDigits),
            ("317401010190000\u{661}", NikError::NotDigits),
            ("0074010101900001", NikError::NoRegion),
            ("1074010101900001", NikError::NoRegion),
            ("3100010101900001", NikError::NoRegion),
            ("3174000101900001", NikError::NoRegion),
            ("3174010001900001", NikError::NoDate),
            ("3174013201900001", NikError::NoDate),
            ("3174014001900001", NikError::NoDate),
            ("3174017201900001", NikError::NoDate),
            ("3174010100900001", NikError::NoDate),
            ("3174010113900001", NikError::NoDate),
            ("3174010101900000", NikError::NoSerial),
        ] {
            assert_eq!(wrong.parse::<Nik>(), Err(why), "{wrong}");
        }
    }

    #[test]
    fn a_nik_does_not_print() {
        let nik: Nik = "3174010101900001".parse().unwrap();

        assert_eq!(format!("{nik:?}"), "Nik(***)");
    }
}
