//! The two numbers of a voucher: the serial number that everybody may know, and the secret one.

use std::{fmt, str::FromStr};

use rangkai_primitives::Sensitive;

use super::code::luhn;

/// The digits of a serial number, its check digit included.
const SERIAL: u32 = 16;
/// The digits of a secret number, its check digit included: nobody finds one among 10^23.
const SECRET: u32 = 24;
/// The most characters of either, in whatever form it was given.
const LONGEST: usize = 25;

/// What everybody may know a voucher by; it redeems nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SerialNumber(String);

/// The secret that redeems a voucher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoucherNumber(Sensitive<String>);

/// Why text is not a number of a voucher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VoucherNumberError {
    #[error("must be {0} digits, the last one a check digit that fits the others")]
    Unfit(u32),
    #[error("must be 1 to 25 letters and digits")]
    Shapeless,
    #[error("must not be the secret number of a voucher")]
    Secret,
}

impl SerialNumber {
    /// The number for random bits; numbers that follow one another would tell how many there are.
    pub fn of(random: u128) -> Self {
        Self(digits(random, SERIAL))
    }

    /// A number that somebody else made up. It is written to logs, so what may be the secret number
    /// of a voucher is none, whoever took the one for the other.
    pub fn given(text: &str) -> Result<Self, VoucherNumberError> {
        if checked(text, SECRET).is_ok() {
            return Err(VoucherNumberError::Secret);
        }
        shapely(text).map(Self)
    }

    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl VoucherNumber {
    /// The number for random bits.
    pub fn of(random: u128) -> Self {
        Self(Sensitive::new(digits(random, SECRET)))
    }

    /// A number that somebody else made up.
    pub fn given(text: &str) -> Result<Self, VoucherNumberError> {
        shapely(text).map(|text| Self(Sensitive::new(text)))
    }

    /// The number itself; call this only where it is handed over or hashed.
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }
}

impl FromStr for SerialNumber {
    type Err = VoucherNumberError;

    fn from_str(text: &str) -> Result<Self, VoucherNumberError> {
        checked(text, SERIAL).map(Self)
    }
}

impl FromStr for VoucherNumber {
    type Err = VoucherNumberError;

    fn from_str(text: &str) -> Result<Self, VoucherNumberError> {
        checked(text, SECRET).map(|text| Self(Sensitive::new(text)))
    }
}

impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// So many digits, without a leading zero and with a check digit at the end. There are so many more
/// random numbers than such digits that each is as likely as any other.
fn digits(random: u128, count: u32) -> String {
    let smallest = 10_u128.pow(count - 2);
    let number = (smallest + random % (9 * smallest)).to_string();
    let check = (10 - luhn(number.bytes().rev(), true) % 10) % 10;
    format!("{number}{check}")
}

fn checked(text: &str, count: u32) -> Result<String, VoucherNumberError> {
    let right = text.len() == count as usize && text.bytes().all(|byte| byte.is_ascii_digit());
    if right && luhn(text.bytes().rev(), false).is_multiple_of(10) {
        Ok(text.to_owned())
    } else {
        Err(VoucherNumberError::Unfit(count))
    }
}

fn shapely(text: &str) -> Result<String, VoucherNumberError> {
    let right = (1..=LONGEST).contains(&text.len());
    if right && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        Ok(text.to_owned())
    } else {
        Err(VoucherNumberError::Shapeless)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_reads_back_and_each_mistyped_digit_is_noticed() {
        for random in [0, 7, u128::MAX, 1_234_567_890_123_456_789_012_345] {
            let number = VoucherNumber::of(random);
            assert_eq!(number.reveal().len(), 24);
            assert_eq!(number.reveal().parse(), Ok(number.clone()));
            assert_eq!(SerialNumber::of(random).as_str().len(), 16);

            for position in 0..24 {
                let mut digits = number.reveal().as_bytes().to_vec();
                digits[position] = b'0' + (digits[position] - b'0' + 1) % 10;
                let mistyped = String::from_utf8(digits).unwrap();
                let read = mistyped.parse::<VoucherNumber>();
                assert_eq!(read, Err(VoucherNumberError::Unfit(24)), "{mistyped}");
            }
        }
    }

    #[test]
    fn a_secret_number_does_not_print() {
        assert_eq!(format!("{:?}", VoucherNumber::of(1)), "VoucherNumber(***)");
    }
}
