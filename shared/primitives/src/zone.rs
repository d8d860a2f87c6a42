//! The three time zones of Indonesia, for what people read.

use std::str::FromStr;

use chrono::{Datelike as _, NaiveDate, TimeZone as _, Timelike as _};

use crate::Timestamp;

/// One of the three time zones (Keppres 41/1987).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Zone {
    /// Waktu Indonesia Barat, Asia/Jakarta, UTC+7.
    #[default]
    Wib,
    /// Waktu Indonesia Tengah, Asia/Makassar, UTC+8.
    Wita,
    /// Waktu Indonesia Timur, Asia/Jayapura, UTC+9.
    Wit,
}

/// Why text is not one of the zones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be Asia/Jakarta, Asia/Makassar or Asia/Jayapura")]
pub struct ZoneError;

impl Zone {
    /// The name in the IANA database.
    #[must_use]
    pub const fn iana(self) -> &'static str {
        match self {
            Self::Wib => "Asia/Jakarta",
            Self::Wita => "Asia/Makassar",
            Self::Wit => "Asia/Jayapura",
        }
    }

    /// The abbreviation that people use.
    #[must_use]
    pub const fn abbreviation(self) -> &'static str {
        match self {
            Self::Wib => "WIB",
            Self::Wita => "WITA",
            Self::Wit => "WIT",
        }
    }

    /// The calendar date of `moment` in this zone.
    #[must_use]
    pub fn date(self, moment: Timestamp) -> NaiveDate {
        moment.with_timezone(&self.tz()).date_naive()
    }

    /// The first moment of `date` in this zone.
    #[must_use]
    pub fn start_of(self, date: NaiveDate) -> Option<Timestamp> {
        let local = self.tz().from_local_datetime(&date.and_hms_opt(0, 0, 0)?).earliest()?;
        Some(local.to_utc())
    }

    /// `moment` in Indonesian, for people: `28 November 2026 pukul 10.05 WIB`.
    #[must_use]
    pub fn indonesian(self, moment: Timestamp) -> String {
        let local = moment.with_timezone(&self.tz());
        format!(
            "{} pukul {:02}.{:02} {}",
            Self::indonesian_date(local.date_naive()),
            local.hour(),
            local.minute(),
            self.abbreviation()
        )
    }

    /// `date` in Indonesian, for people: `28 November 2026`.
    #[must_use]
    pub fn indonesian_date(date: NaiveDate) -> String {
        const MONTHS: [&str; 12] = [
            "Januari",
            "Februari",
            "Maret",
            "April",
            "Mei",
            "Juni",
            "Juli",
            "Agustus",
            "September",
            "Oktober",
            "November",
            "Desember",
        ];
        in_words(date, &MONTHS)
    }

    /// `moment` in English, for people: `28 November 2026, 10:05 WIB`.
    #[must_use]
    pub fn english(self, moment: Timestamp) -> String {
        let local = moment.with_timezone(&self.tz());
        format!(
            "{}, {:02}:{:02} {}",
            Self::english_date(local.date_naive()),
            local.hour(),
            local.minute(),
            self.abbreviation()
        )
    }

    /// `date` in English, for people: `28 November 2026`.
    #[must_use]
    pub fn english_date(date: NaiveDate) -> String {
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        in_words(date, &MONTHS)
    }

    const fn tz(self) -> chrono_tz::Tz {
        match self {
            Self::Wib => chrono_tz::Asia::Jakarta,
            Self::Wita => chrono_tz::Asia::Makassar,
            Self::Wit => chrono_tz::Asia::Jayapura,
        }
    }
}

impl FromStr for Zone {
    type Err = ZoneError;

    fn from_str(text: &str) -> Result<Self, ZoneError> {
        [Self::Wib, Self::Wita, Self::Wit]
            .into_iter()
            .find(|zone| zone.iana() == text)
            .ok_or(ZoneError)
    }
}

/// The day, the month's name out of `months`, and the year.
fn in_words(date: NaiveDate, months: &[&str; 12]) -> String {
    let month = usize::try_from(date.month0()).ok().and_then(|month| months.get(month));
    format!("{} {} {}", date.day(), month.unwrap_or(&""), date.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_moment_is_two_dates_in_two_zones() {
        let moment = "2026-11-20T15:30:00Z".parse().unwrap();

        assert_eq!(Zone::Wib.indonesian(moment), "20 November 2026 pukul 22.30 WIB");
        assert_eq!(Zone::Wit.indonesian(moment), "21 November 2026 pukul 00.30 WIT");
        assert_eq!(Zone::Wib.english(moment), "20 November 2026, 22:30 WIB");
        assert_eq!(Zone::Wita.english(moment), "20 November 2026, 23:30 WITA");
        assert_eq!(Zone::Wit.english(moment), "21 November 2026, 00:30 WIT");
    }

    #[test]
    fn a_month_has_its_name_in_each_language() {
        let shown = |month| {
            let date = NaiveDate::from_ymd_opt(2026, month, 5).unwrap();
            (Zone::indonesian_date(date), Zone::english_date(date))
        };
        let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());

        assert_eq!(shown(1), pair("5 Januari 2026", "5 January 2026"));
        assert_eq!(shown(5), pair("5 Mei 2026", "5 May 2026"));
        assert_eq!(shown(12), pair("5 Desember 2026", "5 December 2026"));
    }
}
