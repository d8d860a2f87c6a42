//! Reads what single elements say: text, numbers, amounts, dates and times.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta};
use rangkai_primitives::{Currency, Money, Timestamp, Zone};

use super::{Unreadable, xml::Element};

/// The schemas allow no more digits in a number.
const MAX_DIGITS: usize = 18;

impl Element {
    /// The first child of that name.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Every child of that name.
    pub(super) fn all(&self, name: &'static str) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The descendant at the end of `path`, through the first child of each name.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |element, name| element.child(name))
    }

    /// The first child of that name, which must be there.
    pub(super) fn need(&self, name: &'static str) -> Result<&Self, Unreadable> {
        let missing = || Unreadable { element: name, line: self.line, why: "is missing" };
        self.child(name).ok_or_else(missing)
    }

    /// What is wrong with the child of that name; with this element where there is none.
    pub(super) fn wrong(&self, name: &'static str, why: &'static str) -> Unreadable {
        let line = self.child(name).map_or(self.line, |child| child.line);
        Unreadable { element: name, line, why }
    }

    /// The text of a child that must be there, of `max` characters at most.
    pub(super) fn text_of(&self, name: &'static str, max: usize) -> Result<String, Unreadable> {
        self.need(name)?;
        Ok(self.text_if(name, max)?.unwrap_or_default())
    }

    /// The text of a child that may be there.
    pub(super) fn text_if(
        &self,
        name: &'static str,
        max: usize,
    ) -> Result<Option<String>, Unreadable> {
        let Some(child) = self.child(name) else { return Ok(None) };
        let text = child.text.trim();
        if text.is_empty() || !child.children.is_empty() {
            return Err(self.wrong(name, "is empty"));
        }
        if text.chars().count() > max {
            return Err(self.wrong(name, "is too long"));
        }
        Ok(Some(text.to_owned()))
    }

    /// The count that a child may say.
    pub(super) fn count_if(&self, name: &'static str) -> Result<Option<u64>, Unreadable> {
        let Some(text) = self.text_if(name, 15)? else { return Ok(None) };
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let count = Some(text).filter(|_| digits).and_then(|text| text.parse().ok());
        count.map(Some).ok_or_else(|| self.wrong(name, "is not a count"))
    }

    /// The sum that a child may say, in minor units of `currency`.
    pub(super) fn sum_if(
        &self,
        name: &'static str,
        currency: Currency,
    ) -> Result<Option<i128>, Unreadable> {
        let Some(text) = self.text_if(name, MAX_DIGITS + 2)? else { return Ok(None) };
        let minor = minor(&text, currency).map_err(|why| self.wrong(name, why))?;
        Ok(Some(i128::from(minor)))
    }

    /// The sum that a child may say, as a decimal number without needless noughts: it may add up
    /// several currencies.
    pub(super) fn decimal_if(&self, name: &'static str) -> Result<Option<String>, Unreadable> {
        let Some(text) = self.text_if(name, MAX_DIGITS + 2)? else { return Ok(None) };
        let (units, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let digits = units.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
        if !digits || units.len() + fraction.len() == 0 {
            return Err(self.wrong(name, "is not a number"));
        }
        let fraction = fraction.trim_end_matches('0');
        let units = units.trim_start_matches('0');
        let units = if units.is_empty() { "0" } else { units };
        let point = if fraction.is_empty() { "" } else { "." };
        Ok(Some(format!("{units}{point}{fraction}")))
    }

    /// The amount of a child that must be there: nothing or more, in its own currency.
    pub(super) fn amount(&self, name: &'static str) -> Result<Money, Unreadable> {
        let code = self.need(name)?.currency.as_deref();
        let code = code.ok_or_else(|| self.wrong(name, "has no currency"))?;
        let currency = code.parse::<Currency>();
        let currency = currency.map_err(|_| self.wrong(name, "has an unknown currency"))?;
        let text = self.text_of(name, MAX_DIGITS + 2)?;
        let minor = minor(&text, currency).map_err(|why| self.wrong(name, why))?;
        Ok(Money::new(currency, minor))
    }

    /// An amount of more than nothing.
    pub(super) fn positive(&self, name: &'static str) -> Result<Money, Unreadable> {
        self.amount(name)?.positive().map_err(|_| self.wrong(name, "is nothing"))
    }

    /// The moment that a child must say.
    pub(super) fn moment(&self, name: &'static str) -> Result<Timestamp, Unreadable> {
        self.need(name)?;
        self.moment_if(name)?.ok_or_else(|| self.wrong(name, "is missing"))
    }

    /// The moment that a child may say; without an offset it is meant in Jakarta.
    pub(super) fn moment_if(&self, name: &'static str) -> Result<Option<Timestamp>, Unreadable> {
        let Some(text) = self.text_if(name, 40)? else { return Ok(None) };
        moment(&text).map(Some).ok_or_else(|| self.wrong(name, "is not a date and time"))
    }

    /// The moment of a child that says a date (`Dt`) or a date and time (`DtTm`).
    pub(super) fn date_or_time(&self, name: &'static str) -> Result<Option<Timestamp>, Unreadable> {
        let Some(child) = self.child(name) else { return Ok(None) };
        if let Some(moment) = child.moment_if("DtTm")? {
            return Ok(Some(moment));
        }
        let text = child.text_of("Dt", 16)?;
        let date = date(&text).and_then(|date| Zone::Wib.start_of(date));
        date.map(Some).ok_or_else(|| child.wrong("Dt", "is not a date"))
    }
}

/// Minor units of a decimal number that is not negative.
fn minor(text: &str, currency: Currency) -> Result<i64, &'static str> {
    if text.starts_with('-') {
        return Err("is negative");
    }
    let (units, fraction) = text.split_once('.').unwrap_or((text, ""));
    let number = units.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    if !number || units.len() + fraction.len() == 0 || units.len() > MAX_DIGITS {
        return Err("is not a number");
    }
    let fraction = fraction.trim_end_matches('0');
    let places = usize::try_from(currency.exponent()).unwrap_or_default();
    // Nobody has paid in sen for decades: an amount with them was written wrongly.
    let places = if currency == Currency::IDR { 0 } else { places };
    if fraction.len() > places {
        return Err("has more decimals than its currency");
    }
    let per_unit = 10_i64.pow(currency.exponent());
    let units = if units.is_empty() { Ok(0) } else { units.parse::<i64>() };
    let fraction = format!("{fraction:0<places$}");
    let fraction = if places == 0 { Ok(0) } else { fraction.parse::<i64>() };
    let minor = units.ok().and_then(|units| units.checked_mul(per_unit));
    minor.zip(fraction.ok()).and_then(|(a, b)| a.checked_add(b)).ok_or("is too large")
}

fn moment(text: &str) -> Option<Timestamp> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(moment.to_utc());
    }
    let local = text.parse::<NaiveDateTime>().ok()?;
    let midnight = Zone::Wib.start_of(local.date())?;
    let since: TimeDelta = local - local.date().and_hms_opt(0, 0, 0)?;
    midnight.checked_add_signed(since)
}

/// A date, with or without an offset behind it.
fn date(text: &str) -> Option<NaiveDate> {
    text.get(..10)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_or_refused() {
        let usd: Currency = "USD".parse().unwrap();
        let jpy: Currency = "JPY".parse().unwrap();

        assert_eq!(minor("75000", Currency::IDR), Ok(7_500_000));
        assert_eq!(minor("75000.00000", Currency::IDR), Ok(7_500_000));
        assert_eq!(minor("0.5", usd), Ok(50));
        assert_eq!(minor(".05", usd), Ok(5));
        assert_eq!(minor("7", jpy), Ok(7));
        assert_eq!(minor("1.01", Currency::IDR), Err("has more decimals than its currency"));
        assert_eq!(minor("0.001", usd), Err("has more decimals than its currency"));
        assert_eq!(minor("7.1", jpy), Err("has more decimals than its currency"));
        assert_eq!(minor("-1", usd), Err("is negative"));
        assert_eq!(minor("999999999999999999", usd), Err("is too large"));
        for text in ["", ".", "1e3", "+1", "1,5", "1 000", "0x1", "٣"] {
            assert_eq!(minor(text, usd), Err("is not a number"), "{text}");
        }
    }

    #[test]
    fn a_time_without_an_offset_is_meant_in_jakarta() {
        assert_eq!(moment("2026-11-22T07:30:00"), moment("2026-11-22T00:30:00Z"));
        assert_eq!(moment("2026-11-22T07:30:00.5+07:00"), moment("2026-11-22T00:30:00.500Z"));
        assert_eq!(moment("2026-11-22"), None);
    }
}
