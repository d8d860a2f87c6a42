//! The numbers of records: a prefix, random digits and a check digit.

use std::{fmt, str::FromStr};

/// The number of a record; its last digit follows from the others by the Luhn rule (ISO/IEC 7812-1),
/// so that one wrong digit, or two that changed places, show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(String);

/// Why digits are not the number of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must end in the right check digit")]
pub struct NumberError;

impl Number {
    /// The number with `digits` digits of `random` after `prefix`.
    pub fn compose(prefix: &str, digits: u32, random: u64) -> Self {
        let width = usize::try_from(digits).unwrap_or_default();
        let random = random % 10_u64.saturating_pow(digits);
        let body = format!("{prefix}{random:0width$}");
        let check = (10 - luhn(&body, true) % 10) % 10;
        Self(format!("{body}{check}"))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let plain = text.len() > 1 && text.bytes().all(|byte| byte.is_ascii_digit());
        if plain && luhn(text, false).is_multiple_of(10) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NumberError)
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The sum of the digits, every second one doubled; `doubled` says whether the last one is.
fn luhn(digits: &str, doubled: bool) -> u32 {
    let mut doubled = doubled;
    let mut sum = 0;
    for byte in digits.bytes().rev() {
        let digit = u32::from(byte - b'0');
        let value = if doubled { digit * 2 } else { digit };
        sum += value / 10 + value % 10;
        doubled = !doubled;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_finds_every_single_wrong_digit() {
        let number = Number::compose("31", 10, 42);
        assert_eq!(number.as_str().len(), 13);
        assert_eq!(number.as_str().parse::<Number>().as_ref(), Ok(&number));

        for place in 0..13 {
            for other in '0'..='9' {
                let mut digits: Vec<char> = number.as_str().chars().collect();
                if digits[place] != other {
                    digits[place] = other;
                    let wrong: String = digits.into_iter().collect();
                    assert_eq!(wrong.parse::<Number>(), Err(NumberError), "{wrong}");
                }
            }
        }
    }

    #[test]
    fn a_published_example_holds() {
        assert!("79927398713".parse::<Number>().is_ok());
        assert!("79927398710".parse::<Number>().is_err());
    }
}
