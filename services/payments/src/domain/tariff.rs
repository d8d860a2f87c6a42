//! Tariffs, and what is charged by them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rangkai_primitives::{Currency, Id, Money, MoneyError, Timestamp};

use super::{AppliedExemption, Exemption, Instalments, Refusal, exemption::smallest_step};

/// The largest fee and the largest bill, in minor units: far above any fee, and far enough below
/// the end of the numbers that the ledger never reaches it.
const LARGEST_MINOR: i64 = 10_i64.pow(15);

/// A fee that the law sets, from one day on; never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tariff {
    pub id: Id<Tariff>,
    pub code: String,
    pub title: Text,
    pub amount: Money,
    pub legal_basis: String,
    pub effective_from: NaiveDate,
    pub terms: Terms,
    pub create_time: Timestamp,
}

/// Who pays less of a fee, and whether it can be paid in parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    pub exemptions: Vec<Exemption>,
    /// None means that it is paid at once.
    pub instalments: Option<Instalments>,
}

/// What an agency says to publish a tariff; holding one means that it was checked.
#[derive(Clone, Debug)]
pub struct NewTariff {
    pub code: String,
    pub title: Text,
    pub amount: Money,
    pub legal_basis: String,
    pub effective_from: NaiveDate,
    pub terms: Terms,
}

/// A text in the two languages of the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub id: String,
    pub en: String,
}

/// A tariff's code and how many units of it are due.
#[derive(Clone, Debug)]
pub struct FeeItem {
    pub code: String,
    pub units: i32,
    /// The code of the exemption that the payer claims.
    pub exemption: Option<String>,
}

/// What is to be paid, line by line; a fee of nothing has its line too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    pub lines: Vec<QuoteLine>,
    pub total: Money,
    /// On which terms it can be paid in parts; or the first tariff that does not allow it.
    pub instalments: Result<Instalments, String>,
}

/// One tariff as it is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuoteLine {
    pub tariff: Id<Tariff>,
    pub code: String,
    pub title: Text,
    pub legal_basis: String,
    pub unit_amount: Money,
    pub units: i32,
    /// Before the exemption.
    pub full_amount: Money,
    pub exemption: Option<AppliedExemption>,
    /// What is paid.
    pub amount: Money,
}

/// Why an amount cannot be a tariff's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TariffAmountError {
    /// Less than nothing.
    #[error("must not be negative")]
    Negative,
    /// More than any fee.
    #[error("must be at most 10^15 minor units")]
    TooLarge,
    /// The law sets fees in whole rupiah.
    #[error("must be whole rupiah")]
    NotWhole,
}

impl Tariff {
    /// A tariff as published at `now`.
    pub fn publish(id: Id<Self>, new: NewTariff, now: Timestamp) -> Self {
        let NewTariff { code, title, amount, legal_basis, effective_from, terms } = new;
        Self { id, code, title, amount, legal_basis, effective_from, terms, create_time: now }
    }

    /// `amount`, if a tariff can be that.
    pub fn check_amount(amount: Money) -> Result<Money, TariffAmountError> {
        if amount.minor() < 0 {
            Err(TariffAmountError::Negative)
        } else if amount.minor() > LARGEST_MINOR {
            Err(TariffAmountError::TooLarge)
        } else if amount.minor() % smallest_step(amount.currency()) != 0 {
            Err(TariffAmountError::NotWhole)
        } else {
            Ok(amount)
        }
    }

    /// What the exemption `code` takes off `full` on `day`.
    fn exempt(&self, code: &str, day: NaiveDate, full: Money) -> Result<AppliedExemption, Refusal> {
        let (tariff, exemption) = (self.code.clone(), code.to_owned());
        match self.terms.exemptions.iter().find(|known| known.code == code) {
            None => Err(Refusal::ExemptionNotFound { tariff, exemption }),
            Some(known) if !known.is_in_effect(day) => {
                Err(Refusal::ExemptionNotInEffect { tariff, exemption })
            }
            Some(known) => Ok(known.apply(full)),
        }
    }
}

impl Quote {
    /// What `items` cost on `day` by `tariffs`, those in effect by their codes.
    pub fn of(
        items: &[FeeItem],
        tariffs: &BTreeMap<String, Tariff>,
        day: NaiveDate,
    ) -> Result<Self, Refusal> {
        let lines = items.iter().map(|item| QuoteLine::of(item, tariffs, day));
        let lines = lines.collect::<Result<Vec<_>, _>>()?;
        let currency = lines.first().map_or(Currency::IDR, |line| line.amount.currency());
        let mut total = Money::new(currency, 0);
        for line in &lines {
            total = within_bounds(total.plus(line.amount), &line.code)?;
        }
        let instalments = instalments(&lines, tariffs);
        Ok(Self { lines, total, instalments })
    }
}

impl QuoteLine {
    fn of(
        item: &FeeItem,
        tariffs: &BTreeMap<String, Tariff>,
        day: NaiveDate,
    ) -> Result<Self, Refusal> {
        let unknown = || Refusal::TariffNotFound(item.code.clone());
        let tariff = tariffs.get(&item.code).ok_or_else(unknown)?;
        let full = within_bounds(tariff.amount.times(i64::from(item.units)), &item.code)?;
        let claimed = item.exemption.as_ref();
        let exemption = claimed.map(|code| tariff.exempt(code, day, full)).transpose()?;
        let reduction = exemption.as_ref().map_or(0, |applied| applied.reduction.minor());
        Ok(Self {
            tariff: tariff.id,
            code: tariff.code.clone(),
            title: tariff.title.clone(),
            legal_basis: tariff.legal_basis.clone(),
            unit_amount: tariff.amount,
            units: item.units,
            full_amount: full,
            exemption,
            amount: Money::new(full.currency(), full.minor() - reduction),
        })
    }
}

/// The terms that fulfil those of every line that costs something.
fn instalments(
    lines: &[QuoteLine],
    tariffs: &BTreeMap<String, Tariff>,
) -> Result<Instalments, String> {
    let mut all: Option<Instalments> = None;
    for line in lines.iter().filter(|line| line.amount.minor() > 0) {
        let terms = tariffs.get(&line.code).and_then(|tariff| tariff.terms.instalments);
        let terms = terms.ok_or_else(|| line.code.clone())?;
        all = Some(all.map_or(terms, |others| others.and(terms)));
    }
    all.ok_or_else(|| lines.first().map(|line| line.code.clone()).unwrap_or_default())
}

fn within_bounds(amount: Result<Money, MoneyError>, code: &str) -> Result<Money, Refusal> {
    match amount {
        Ok(amount) if amount.minor() <= LARGEST_MINOR => Ok(amount),
        Err(MoneyError::CurrencyMismatch(..)) => Err(Refusal::CurrenciesMixed(code.to_owned())),
        Ok(_) | Err(_) => Err(Refusal::AmountTooLarge(code.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tariffs(all: &[(&str, &str, i64)]) -> BTreeMap<String, Tariff> {
        let tariff = |code: &str, currency: &str, minor| Tariff {
            id: Id::generate(),
            code: code.to_owned(),
            title: Text { id: "Biaya".to_owned(), en: "Fee".to_owned() },
            amount: Money::new(currency.parse().unwrap(), minor),
            legal_basis: "PP 76/2020".to_owned(),
            effective_from: NaiveDate::default(),
            terms: Terms::default(),
            create_time: Timestamp::UNIX_EPOCH,
        };
        all.iter()
            .map(|(code, cur, minor)| ((*code).to_owned(), tariff(code, cur, *minor)))
            .collect()
    }

    fn item(code: &str, units: i32) -> FeeItem {
        FeeItem { code: code.to_owned(), units, exemption: None }
    }

    #[test]
    fn a_fee_of_nothing_has_its_line() {
        let tariffs = tariffs(&[("a", "IDR", 7_500_000), ("free", "IDR", 0)]);

        let quote =
            Quote::of(&[item("a", 2), item("free", 1)], &tariffs, NaiveDate::default()).unwrap();

        assert_eq!(quote.lines.len(), 2);
        assert_eq!(quote.total, Money::new(Currency::IDR, 15_000_000));
    }

    #[test]
    fn what_cannot_be_added_up_is_refused() {
        let tariffs = tariffs(&[("a", "IDR", 100), ("b", "USD", 100), ("c", "IDR", LARGEST_MINOR)]);
        let quote =
            |items: &[FeeItem]| Quote::of(items, &tariffs, NaiveDate::default()).unwrap_err();

        assert_eq!(quote(&[item("x", 1)]), Refusal::TariffNotFound("x".to_owned()));
        assert_eq!(quote(&[item("a", 1), item("b", 1)]), Refusal::CurrenciesMixed("b".to_owned()));
        assert_eq!(quote(&[item("c", 1), item("a", 1)]), Refusal::AmountTooLarge("a".to_owned()));
        assert_eq!(quote(&[item("c", i32::MAX)]), Refusal::AmountTooLarge("c".to_owned()));
    }
}
