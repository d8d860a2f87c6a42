//! Amounts as the contract spells them.

use rangkai_primitives::{Currency, Money};

use crate::domain::Tariff;

/// The most characters of an amount.
const LONGEST: usize = 23;
/// The most decimals of an amount.
const DECIMALS: usize = 4;

/// Reads a decimal: more than nothing, at most four decimals, and none that the currency has not.
pub fn read(text: &str, currency: Currency) -> Option<Money> {
    let minor = minor(text, currency.exponent())?;
    let amount = Money::new(currency, minor).positive().ok()?;
    Tariff::check_amount(amount).ok()
}

/// Whether text is a decimal at all, whatever its currency.
pub fn is_decimal(text: &str) -> bool {
    minor(text, 4).is_some_and(|minor| minor > 0)
}

/// Writes an amount with all the decimals of its currency.
pub fn write(amount: Money) -> String {
    let exponent = amount.currency().exponent();
    let per_unit = 10_i64.pow(exponent);
    let (units, minor) = (amount.minor() / per_unit, amount.minor() % per_unit);
    match exponent {
        0 => units.to_string(),
        decimals => format!("{units}.{minor:0width$}", width = decimals as usize),
    }
}

fn minor(text: &str, exponent: u32) -> Option<i64> {
    let (units, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if text.len() > LONGEST || !digits(units) || !digits(decimals) || decimals.len() > DECIMALS {
        return None;
    }
    let exponent = exponent as usize;
    let (kept, finer) = decimals.split_at(decimals.len().min(exponent));
    if finer.bytes().any(|digit| digit != b'0') {
        return None;
    }
    format!("{units}{kept:0<exponent$}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_currency_can_hold_is_an_amount() {
        let rupiah = |text| read(text, Currency::IDR).map(Money::minor);
        assert_eq!(rupiah("100"), Some(10_000));
        assert_eq!(rupiah("100.00"), Some(10_000));
        assert_eq!(rupiah("100.0000"), Some(10_000));
        for wrong in ["", "0", "-1", "+1", "1.5", "1.", ".5", "1,00", "1e3", "1.00000", " 1", "NaN"]
        {
            assert_eq!(rupiah(wrong), None, "{wrong}");
        }
        assert_eq!(rupiah("100000000000000000000000"), None);
        let yen = "JPY".parse().unwrap();
        assert_eq!(read("7.00", yen).map(write).as_deref(), Some("7"));
        let dollar = "USD".parse().unwrap();
        assert_eq!(read("7.5", dollar).map(write).as_deref(), Some("7.50"));
    }
}
