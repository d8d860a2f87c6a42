//! A computation in words, in the two languages of the platform, to print and to put into a file.

use chrono::{Datelike as _, NaiveDate};
use rangkai_primitives::{Timestamp, Zone};

use super::{Basis, Computation, FirstDay, Kind, LastDay, Leave, Reason, ReasonKind, Rule, Unit};
use crate::domain::calendar::Text;

impl Computation {
    /// The computation in words.
    pub fn text(&self) -> Text {
        Text { id: INDONESIAN.print(self), en: ENGLISH.print(self) }
    }
}

/// The words of one language. Each list is in the order of its enum.
struct Language {
    of: fn(&Text) -> &str,
    moment: fn(Zone, Timestamp) -> String,
    date: fn(NaiveDate) -> String,
    weekdays: [&'static str; 7],
    titles: [&'static str; 2],
    calendar: &'static str,
    version: &'static str,
    zone: &'static str,
    rule: &'static str,
    units: [&'static str; 4],
    first_days: [&'static str; 2],
    last_days: [&'static str; 2],
    last_days_back: [&'static str; 2],
    leaves: [&'static str; 2],
    basis: &'static str,
    beginnings: [&'static str; 2],
    stood: &'static str,
    stands: &'static str,
    left_out: &'static str,
    reasons: [&'static str; 4],
    source: &'static str,
    ended: &'static str,
    last: [&'static str; 2],
    until: [&'static str; 2],
}

const INDONESIAN: Language = Language {
    of: |text| &text.id,
    moment: Zone::indonesian,
    date: Zone::indonesian_date,
    weekdays: ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"],
    titles: ["Perhitungan tenggat", "Perhitungan waktu paling lambat untuk memulai"],
    calendar: "Kalender",
    version: "versi",
    zone: "Zona waktu",
    rule: "Aturan",
    units: ["hari kerja", "hari kalender", "jam", "bulan"],
    first_days: ["hari pertama tidak dihitung", "hari pertama dihitung"],
    last_days: [
        "hari terakhir yang jatuh pada hari libur pindah ke hari kerja berikutnya",
        "hari terakhir tetap walaupun jatuh pada hari libur",
    ],
    last_days_back: [
        "hari yang jatuh pada hari libur pindah ke hari kerja sebelumnya",
        "hari itu tetap walaupun jatuh pada hari libur",
    ],
    leaves: ["cuti bersama adalah hari libur", "cuti bersama adalah hari kerja"],
    basis: "Dasar hukum",
    beginnings: ["Dihitung sejak", "Dihitung mundur dari"],
    stood: "Waktu dihentikan",
    stands: "belum dilanjutkan",
    left_out: "Hari yang tidak dihitung",
    reasons: ["hari pertama", "istirahat mingguan", "hari libur", "cuti bersama"],
    source: "sumber",
    ended: "Hitungan selesai pada",
    last: ["Hari terakhir", "Hari terakhir untuk memulai"],
    until: ["sampai akhir hari itu", "sampai"],
};

const ENGLISH: Language = Language {
    of: |text| &text.en,
    moment: Zone::english,
    date: Zone::english_date,
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    titles: ["Computation of a deadline", "Computation of the latest moment to begin"],
    calendar: "Calendar",
    version: "version",
    zone: "Time zone",
    rule: "Rule",
    units: ["working days", "calendar days", "hours", "months"],
    first_days: ["the first day is not counted", "the first day is counted"],
    last_days: [
        "a last day that is a rest day moves to the next working day",
        "the last day stays even if it is a rest day",
    ],
    last_days_back: [
        "a day that is a rest day moves to the working day before",
        "the day stays even if it is a rest day",
    ],
    leaves: ["collective leave is rest", "collective leave is work"],
    basis: "Legal basis",
    beginnings: ["Counted from", "Counted backwards from"],
    stood: "The clock stood",
    stands: "has not gone on",
    left_out: "Days left out",
    reasons: ["first day", "weekly rest", "holiday", "collective leave"],
    source: "source",
    ended: "The count ended on",
    last: ["Last day", "Last day to begin"],
    until: ["until the end of that day", "until"],
};

impl Language {
    fn print(&self, it: &Computation) -> String {
        let (basis, term) = (&it.basis, &it.term);
        // It was made from one of the three; nothing else can be kept.
        let zone: Zone = basis.zone.parse().unwrap_or_default();
        let [forwards, backwards] = self.titles;
        let mut lines = vec![format!("{} {}", pick(basis.kind, forwards, backwards), it.id)];
        for used in &basis.calendars {
            let (title, code) = (flat((self.of)(&used.title)), &used.code);
            let (calendar, version) = (self.calendar, self.version);
            lines.push(format!("{calendar}: {title} ({code}), {version} {}", used.version));
        }
        lines.push(format!("{}: {} ({})", self.zone, basis.zone, zone.abbreviation()));
        lines.push(format!("{}: {}.", self.rule, self.rule(basis.kind, &basis.rule)));
        lines.push(format!("{}: {}", self.basis, flat(&basis.rule.legal_basis)));
        let [forwards, backwards] = self.beginnings;
        let moment = (self.moment)(zone, basis.from);
        lines.push(format!("{}: {moment}", pick(basis.kind, forwards, backwards)));
        lines.extend(self.stood(basis, zone));
        if !term.skipped.is_empty() {
            lines.push(format!("{}:", self.left_out));
        }
        for skipped in &term.skipped {
            let reasons: Vec<_> = skipped.reasons.iter().map(|it| self.reason(it)).collect();
            lines.push(format!("- {}: {}", self.day(skipped.date), reasons.join("; ")));
        }
        if term.counted != term.last_day {
            lines.push(format!("{}: {}", self.ended, self.day(term.counted)));
        }
        let ([forwards, backwards], [whole, part]) = (self.last, self.until);
        let until = match basis.rule.unit {
            Unit::Hours => format!("{part} {}", (self.moment)(zone, term.end)),
            Unit::WorkingDays | Unit::CalendarDays | Unit::Months => {
                format!("{whole} ({})", zone.abbreviation())
            }
        };
        let last = pick(basis.kind, forwards, backwards);
        lines.push(format!("{last}: {}, {until}", self.day(term.last_day)));
        lines.join("\n") + "\n"
    }

    fn rule(&self, kind: Kind, rule: &Rule) -> String {
        let [working, calendar, hours, months] = self.units;
        let unit = match rule.unit {
            Unit::WorkingDays => working,
            Unit::CalendarDays => calendar,
            Unit::Hours => return format!("{} {hours}", rule.amount),
            Unit::Months => months,
        };
        let first = match rule.first_day {
            FirstDay::NotCounted => self.first_days[0],
            FirstDay::Counted => self.first_days[1],
        };
        let [moves, stays] = pick(kind, self.last_days, self.last_days_back);
        let last = match rule.last_day {
            LastDay::Moves => moves,
            LastDay::Stays => stays,
        };
        let leave = match rule.leave {
            Leave::Rests => self.leaves[0],
            Leave::Works => self.leaves[1],
        };
        format!("{} {unit}; {first}; {last}; {leave}", rule.amount)
    }

    fn stood<'a>(&'a self, basis: &'a Basis, zone: Zone) -> impl Iterator<Item = String> + 'a {
        basis.stood.iter().map(move |it| {
            let from = (self.moment)(zone, it.from);
            let to = it.to.map(|to| (self.moment)(zone, to));
            format!("{}: {from} – {}", self.stood, to.as_deref().unwrap_or(self.stands))
        })
    }

    fn reason(&self, reason: &Reason) -> String {
        let [first, weekly, holiday, leave] = self.reasons;
        let kind = match reason.kind {
            ReasonKind::FirstDay => first,
            ReasonKind::WeeklyRest => weekly,
            ReasonKind::Holiday => holiday,
            ReasonKind::CollectiveLeave => leave,
        };
        let name = reason.name.as_ref().map(|name| format!(", {}", flat((self.of)(name))));
        let (name, source) = (name.unwrap_or_default(), flat(&reason.source));
        format!("{kind}{name} ({}: {source})", self.source)
    }

    fn day(&self, date: NaiveDate) -> String {
        let weekday = usize::try_from(date.weekday().num_days_from_monday()).ok();
        let weekday = weekday.and_then(|place| self.weekdays.get(place)).copied();
        format!("{}, {}", weekday.unwrap_or_default(), (self.date)(date))
    }
}

fn pick<T>(kind: Kind, forwards: T, backwards: T) -> T {
    match kind {
        Kind::Deadline => forwards,
        Kind::LeadTime => backwards,
    }
}

/// A text on one line: what somebody published cannot pass for a line of ours.
fn flat(text: &str) -> String {
    text.split(char::is_control).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
