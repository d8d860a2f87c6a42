//! Who pays less, and what says so.

use chrono::NaiveDate;
use rangkai_primitives::{Currency, Money};

use super::Text;

/// Less of a fee for some payers, as an article says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exemption {
    pub code: String,
    /// How much less, from 1 to 100 per cent.
    pub percent: i32,
    pub title: Text,
    pub legal_basis: String,
    /// None means from the tariff's first day on.
    pub effective_from: Option<NaiveDate>,
    /// The last day; none means as long as the tariff.
    pub effective_until: Option<NaiveDate>,
}

/// An exemption as it is applied to a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedExemption {
    pub code: String,
    pub percent: i32,
    pub title: Text,
    pub legal_basis: String,
    /// How much less is paid.
    pub reduction: Money,
}

impl Exemption {
    /// Whether it can be claimed on `day`.
    pub fn is_in_effect(&self, day: NaiveDate) -> bool {
        self.effective_from.is_none_or(|first| first <= day)
            && self.effective_until.is_none_or(|last| day <= last)
    }

    /// What it takes off `full`, rounded down: the law sets what is paid in whole rupiah.
    pub fn apply(&self, full: Money) -> AppliedExemption {
        let step = smallest_step(full.currency());
        let exact = i128::from(full.minor()) * i128::from(self.percent) / 100;
        // No larger than what it is taken off.
        let minor = i64::try_from(exact).unwrap_or(full.minor());
        AppliedExemption {
            code: self.code.clone(),
            percent: self.percent,
            title: self.title.clone(),
            legal_basis: self.legal_basis.clone(),
            reduction: Money::new(full.currency(), minor - minor % step),
        }
    }
}

/// The smallest amount that is charged in a currency, in minor units: a whole rupiah, a cent.
pub fn smallest_step(currency: Currency) -> i64 {
    if currency == Currency::IDR { 10_i64.pow(currency.exponent()) } else { 1 }
}
