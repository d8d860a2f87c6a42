//! Variables of a template, and how people read the values of each kind.

use std::{fmt, str::FromStr};

use chrono::{DateTime, NaiveDate};
use rangkai_primitives::Zone;

use super::{Language, template::words};

/// The most digits of an amount; so many always fit the wire's Money.
const LONGEST_AMOUNT: usize = 18;

/// A place in a template that a message fills in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    pub name: String,
    pub kind: VariableKind,
}

/// What the values of a variable are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariableKind {
    Text,
    Moment,
    Day,
    Amount,
}

words!(VariableKind: Text = "text", Moment = "moment", Day = "day", Amount = "amount");

impl VariableKind {
    /// `value` as people read it in `language`, or what it must be. The rule never repeats the value.
    pub fn show(self, value: &str, language: Language) -> Result<String, &'static str> {
        match self {
            Self::Text => Ok(value.to_owned()),
            Self::Moment => moment(value, language)
                .ok_or("must be a moment as RFC 3339 writes it, such as 2026-11-28T03:05:00Z"),
            Self::Day => {
                day(value, language).ok_or("must be a day as YYYY-MM-DD, such as 2026-11-28")
            }
            Self::Amount => amount(value, language)
                .ok_or("must be a whole number of rupiah in at most 18 digits, such as 75000"),
        }
    }
}

/// A moment is kept in UTC and read in the zone of Jakarta.
fn moment(value: &str, language: Language) -> Option<String> {
    let moment = DateTime::parse_from_rfc3339(value).ok()?.to_utc();
    Some(match language {
        Language::Indonesian => Zone::Wib.indonesian(moment),
        Language::English => Zone::Wib.english(moment),
    })
}

fn day(value: &str, language: Language) -> Option<String> {
    const FORMAT: &str = "%Y-%m-%d";
    let day = NaiveDate::parse_from_str(value, FORMAT).ok()?;
    // The parser also takes signs, spaces and single digits.
    let is_plain = value.len() == "YYYY-MM-DD".len() && day.format(FORMAT).to_string() == value;
    is_plain.then(|| match language {
        Language::Indonesian => Zone::indonesian_date(day),
        Language::English => Zone::english_date(day),
    })
}

fn amount(value: &str, language: Language) -> Option<String> {
    let is_whole = (1..=LONGEST_AMOUNT).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_digit())
        && (value == "0" || !value.starts_with('0'));
    let separator = match language {
        Language::Indonesian => '.',
        Language::English => ',',
    };
    is_whole.then(|| {
        let mut shown = "Rp".to_owned();
        for (position, digit) in value.chars().enumerate() {
            if position > 0 && (value.len() - position).is_multiple_of(3) {
                shown.push(separator);
            }
            shown.push(digit);
        }
        shown
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(kind: VariableKind, value: &str) -> [String; 2] {
        [Language::Indonesian, Language::English]
            .map(|language| kind.show(value, language).unwrap())
    }

    #[test]
    fn a_moment_is_read_in_the_zone_of_jakarta() {
        let shown = ["28 Mei 2026 pukul 00.05 WIB", "28 May 2026, 00:05 WIB"];

        for moment in
            ["2026-05-27T17:05:00Z", "2026-05-27T17:05:59.123456Z", "2026-05-28T02:05:00+09:00"]
        {
            assert_eq!(both(VariableKind::Moment, moment), shown, "{moment}");
        }
    }

    #[test]
    fn a_day_is_read_with_the_name_of_its_month() {
        assert_eq!(both(VariableKind::Day, "2026-08-05"), ["5 Agustus 2026", "5 August 2026"]);
    }

    #[test]
    fn an_amount_is_read_in_groups_of_three_digits() {
        for (amount, shown) in [
            ("0", ["Rp0", "Rp0"]),
            ("750", ["Rp750", "Rp750"]),
            ("75000", ["Rp75.000", "Rp75,000"]),
            ("1250000", ["Rp1.250.000", "Rp1,250,000"]),
            ("999999999999999999", ["Rp999.999.999.999.999.999", "Rp999,999,999,999,999,999"]),
        ] {
            assert_eq!(both(VariableKind::Amount, amount), shown);
        }
    }

    #[test]
    fn text_stays_as_it_is() {
        assert_eq!(both(VariableKind::Text, "2026-08-05\n"), ["2026-08-05\n"; 2]);
    }

    #[test]
    fn what_is_not_of_its_kind_is_told_what_it_must_be() {
        let wrong = [
            (VariableKind::Moment, "2026-11-28T03:05:00"),
            (VariableKind::Moment, "2026-11-28"),
            (VariableKind::Moment, "2026-02-29T03:05:00Z"),
            (VariableKind::Moment, "1795836300"),
            (VariableKind::Moment, ""),
            (VariableKind::Day, "2026-02-29"),
            (VariableKind::Day, "2026-2-3"),
            (VariableKind::Day, "+2026-2-03"),
            (VariableKind::Day, " 2026-02-3"),
            (VariableKind::Day, "28-11-2026"),
            (VariableKind::Day, "2026-11-28T00:00:00Z"),
            (VariableKind::Day, ""),
            (VariableKind::Amount, "75.000"),
            (VariableKind::Amount, "Rp75000"),
            (VariableKind::Amount, "-75000"),
            (VariableKind::Amount, "+75000"),
            (VariableKind::Amount, "075000"),
            (VariableKind::Amount, "٧٥"),
            (VariableKind::Amount, "1000000000000000000"),
            (VariableKind::Amount, ""),
        ];
        for (kind, value) in wrong {
            let rule = kind.show(value, Language::English).unwrap_err();

            assert!(rule.starts_with("must be a "), "{kind} {value}: {rule}");
        }
    }
}
