//! Money as whole minor units.

use std::{fmt, str::FromStr};

/// An amount in one currency, counted in minor units: `7500000` in `IDR` is Rp75,000.00.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money {
    currency: Currency,
    minor: i64,
}

/// An ISO 4217 currency code such as `IDR`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency([u8; 3]);

/// Why two amounts could not be combined, or text is not a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Amounts in different currencies never mix.
    #[error("amounts in {0} and {1} do not mix")]
    CurrencyMismatch(Currency, Currency),
    /// The sum does not fit.
    #[error("is too large")]
    Overflow,
    /// Nothing, or less than nothing.
    #[error("must be positive")]
    NotPositive,
    /// More decimals than the currency has.
    #[error("has more decimals than its currency")]
    TooPrecise,
    /// Units and billionths that do not agree on the sign, or a whole unit of billionths.
    #[error("its nanos have another sign than its units, or are a unit or more")]
    MixedSigns,
    /// Not a code of ISO 4217.
    #[error("its currency is not a code of ISO 4217")]
    NotACurrency,
}

impl Money {
    /// An amount of `minor` units.
    #[must_use]
    pub const fn new(currency: Currency, minor: i64) -> Self {
        Self { currency, minor }
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The count of minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The amount, if it is more than nothing.
    ///
    /// # Errors
    ///
    /// [`MoneyError::NotPositive`].
    pub fn positive(self) -> Result<Self, MoneyError> {
        if self.minor > 0 { Ok(self) } else { Err(MoneyError::NotPositive) }
    }

    /// `units` whole units of a currency.
    ///
    /// # Errors
    ///
    /// [`MoneyError::Overflow`].
    pub fn whole(currency: Currency, units: i64) -> Result<Self, MoneyError> {
        let per_unit = 10_i64.pow(currency.exponent());
        let minor = units.checked_mul(per_unit).ok_or(MoneyError::Overflow)?;
        Ok(Self::new(currency, minor))
    }

    /// The amount `count` times.
    ///
    /// # Errors
    ///
    /// [`MoneyError::Overflow`].
    pub fn times(self, count: i64) -> Result<Self, MoneyError> {
        let minor = self.minor.checked_mul(count).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// Adds an amount in the same currency.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`] or [`MoneyError::Overflow`].
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch(self.currency, other.currency));
        }
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }
}

impl Currency {
    /// The rupiah, in which the law sets tariffs; written without decimals in practice, though
    /// ISO 4217 gives it two.
    pub const IDR: Self = Self(*b"IDR");

    /// How many minor digits the currency has in ISO 4217: 2 for most, 0 for yen.
    #[must_use]
    pub fn exponent(self) -> u32 {
        self.known().and_then(iso_currency::Currency::exponent).map_or(2, u32::from)
    }

    /// The three letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    fn known(self) -> Option<iso_currency::Currency> {
        iso_currency::Currency::from_code(self.as_str())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let code = <[u8; 3]>::try_from(text.as_bytes()).map_err(|_| MoneyError::NotACurrency)?;
        Some(Self(code)).filter(|code| code.known().is_some()).ok_or(MoneyError::NotACurrency)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_in_two_currencies_do_not_mix() {
        let [eur, idr] = ["EUR", "IDR"].map(|code| code.parse::<Currency>().unwrap());
        let sum = Money::new(eur, 100).plus(Money::new(idr, 100));
        assert_eq!(sum, Err(MoneyError::CurrencyMismatch(eur, idr)));
    }
}
