//! Billing codes: what people type at a counter or in a banking app.

use std::{fmt, str::FromStr};

/// The smallest number of 14 digits; a leading zero would be lost in spreadsheets.
const SMALLEST: u64 = 10_u64.pow(13);
/// How many numbers of 14 digits begin with neither a zero nor a nine.
const COUNT: u64 = 8 * SMALLEST;

/// 15 digits, the last one a check digit (Luhn), so that a mistyped digit is noticed at once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BillingCode(String);

/// Why text is not a billing code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 15 digits, the last one a check digit that fits the others")]
pub struct BillingCodeError;

impl BillingCode {
    /// The code for a random number; codes that follow one another could be guessed.
    pub fn of(random: u64) -> Self {
        Self::with_check_digit(SMALLEST + random % COUNT)
    }

    /// As [`Self::of`], for a part of a bill: it begins with a nine, so that no bill has it.
    pub fn of_part(random: u64) -> Self {
        Self::with_check_digit(9 * SMALLEST + random % SMALLEST)
    }

    fn with_check_digit(number: u64) -> Self {
        let number = number.to_string();
        let check = (10 - luhn(number.bytes().rev(), true) % 10) % 10;
        Self(format!("{number}{check}"))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The number of a virtual account for a random number: what the bank gave, ten digits, and a check
/// digit (Luhn) over all of them.
pub fn account_number(prefix: &str, random: u64) -> String {
    let number = format!("{prefix}{:010}", random % 10_u64.pow(10));
    let check = (10 - luhn(number.bytes().rev(), true) % 10) % 10;
    format!("{number}{check}")
}

impl FromStr for BillingCode {
    type Err = BillingCodeError;

    fn from_str(text: &str) -> Result<Self, BillingCodeError> {
        let digits = text.len() == 15 && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits && luhn(text.bytes().rev(), false).is_multiple_of(10) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BillingCodeError)
        }
    }
}

impl fmt::Display for BillingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The sum of Luhn over ASCII digits from the right; every other one counts double.
pub(super) fn luhn(digits: impl Iterator<Item = u8>, mut double: bool) -> u32 {
    let mut sum = 0;
    for digit in digits {
        let value = u32::from(digit - b'0') * if double { 2 } else { 1 };
        sum += value / 10 + value % 10;
        double = !double;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_back_and_each_mistyped_digit_is_noticed() {
        for random in [0, 7, u64::MAX, 1_234_567_890_123_456_789] {
            let code = BillingCode::of(random);
            assert_eq!(code.as_str().parse(), Ok(code.clone()));

            for position in 0..15 {
                let mut digits = code.as_str().as_bytes().to_vec();
                digits[position] = b'0' + (digits[position] - b'0' + 1) % 10;
                let mistyped = String::from_utf8(digits).unwrap();
                assert_eq!(mistyped.parse::<BillingCode>(), Err(BillingCodeError), "{mistyped}");
            }
        }
    }

    #[test]
    fn an_account_number_has_a_check_digit() {
        let number = account_number("88810", 79_927_398_710);
        assert_eq!(&number[..15], "888109927398710");
        assert!(luhn(number.bytes().rev(), false).is_multiple_of(10));
    }

    /// The example of ISO/IEC 7812: 7992739871 has the check digit 3.
    #[test]
    fn the_check_digit_is_that_of_luhn() {
        assert_eq!((10 - luhn(b"7992739871".iter().rev().copied(), true) % 10) % 10, 3);
    }
}
