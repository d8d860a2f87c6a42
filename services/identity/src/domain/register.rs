//! People as the population registry hands them over.

use std::collections::HashMap;

use chrono::NaiveDate;
use csv::{ByteRecord, ReaderBuilder, Trim};
use rangkai_primitives::Sensitive;

use super::{Attribute, Nik, Registered, claim};

/// The most people that one import brings in.
const MOST: usize = 10_000;
const LONGEST_NAME: usize = 200;
const LONGEST_ADDRESS: usize = 300;
/// Nobody alive was born before.
const EARLIEST_YEAR: i32 = 1850;

/// What is wrong in one place of the text; it never repeats what stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line on which the row begins; none when it is about the whole.
    pub line: Option<u64>,
    /// The column; none when it is about the row.
    pub column: Option<Attribute>,
    /// The rule that is broken, reading on from the place: `must be 16 digits`.
    pub rule: String,
}

/// Reads every person, or names everything that is wrong. Nobody is born after `today`.
pub fn read(text: &[u8], today: NaiveDate) -> Result<Vec<Registered>, Vec<Mistake>> {
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::None).from_reader(text);
    let mut records = reader.byte_records();
    let header = records.next().and_then(Result::ok).unwrap_or_default();
    if !header.iter().eq(Attribute::ALL.iter().map(|column| column.as_str().as_bytes())) {
        let names = Attribute::ALL.map(Attribute::as_str).join(",");
        return Err(vec![whole(format!("must begin with the header {names}"))]);
    }
    let mut reading = Reading::of(text, today);
    for (count, record) in records.enumerate() {
        match record {
            Ok(_) if count >= MOST => {
                return Err(vec![whole(format!("must have at most {MOST} rows"))]);
            }
            Ok(record) => reading.row(&record),
            Err(_) => return Err(vec![whole("is not CSV".to_owned())]),
        }
    }
    if reading.people.is_empty() && reading.mistakes.is_empty() {
        return Err(vec![whole("must have at least one row below the header".to_owned())]);
    }
    if reading.mistakes.is_empty() { Ok(reading.people) } else { Err(reading.mistakes) }
}

struct Reading<'a> {
    text: &'a [u8],
    /// How far `line` is counted.
    counted: usize,
    line: u64,
    today: NaiveDate,
    people: Vec<Registered>,
    /// The line of each NIK.
    lines: HashMap<Nik, u64>,
    mistakes: Vec<Mistake>,
}

impl<'a> Reading<'a> {
    fn of(text: &'a [u8], today: NaiveDate) -> Self {
        let (people, lines, mistakes) = (Vec::new(), HashMap::new(), Vec::new());
        Self { text, counted: 0, line: 1, today, people, lines, mistakes }
    }

    /// The line on which a record begins. The reader's own count is that of the line before where
    /// lines are empty or end in CR LF.
    fn line_of(&mut self, record: &ByteRecord) -> u64 {
        let end = record.position().and_then(|it| usize::try_from(it.byte()).ok());
        let rest = self.text.get(end.unwrap_or_default()..).unwrap_or_default();
        let breaks = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let begin = end.unwrap_or_default() + breaks;
        let passed = self.text.get(self.counted..begin).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').map(|_| 1).sum::<u64>();
        self.counted = begin;
        self.line
    }

    fn row(&mut self, record: &ByteRecord) {
        let line = self.line_of(record);
        if record.len() != Attribute::ALL.len() {
            let rule = format!("must have {} columns", Attribute::ALL.len());
            return self.mistakes.push(Mistake { line: Some(line), column: None, rule });
        }
        let [nik, card, name, birth, address, region] = Attribute::ALL;
        let nik = self
            .cell(line, record, nik, |text| text.parse::<Nik>().map_err(|error| error.to_string()));
        let card = self.cell(line, record, card, |text| digits(text, 16));
        let name = self.cell(line, record, name, |text| words(text, LONGEST_NAME));
        let today = self.today;
        let birth = self.cell(line, record, birth, |text| birth_date(text, today));
        let address = self.cell(line, record, address, |text| words(text, LONGEST_ADDRESS));
        let region = self.cell(line, record, region, region_code);
        let nik = nik.and_then(|nik| self.only_once(line, nik));
        let person = (|| {
            Some(Registered {
                nik: nik?,
                family_card_number: card?,
                name: name?,
                birth_date: birth?,
                address: address?,
                region_code: region?,
            })
        })();
        self.people.extend(person);
    }

    fn cell<T>(
        &mut self,
        line: u64,
        record: &ByteRecord,
        column: Attribute,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let place = Attribute::ALL.iter().position(|it| *it == column);
        let bytes = place.and_then(|place| record.get(place)).unwrap_or_default();
        let outcome = match std::str::from_utf8(bytes) {
            Ok(text) => read(text),
            Err(_) => Err("is not UTF-8".to_owned()),
        };
        let mistake = |rule| Mistake { line: Some(line), column: Some(column), rule };
        outcome.map_err(|rule| self.mistakes.push(mistake(rule))).ok()
    }

    /// The NIK, unless a row before has it.
    fn only_once(&mut self, line: u64, nik: Nik) -> Option<Nik> {
        if let Some(before) = self.lines.get(&nik) {
            let rule = format!("is also on line {before}");
            let column = Some(Attribute::Nik);
            self.mistakes.push(Mistake { line: Some(line), column, rule });
            return None;
        }
        self.lines.insert(nik.clone(), line);
        Some(nik)
    }
}

fn whole(rule: String) -> Mistake {
    Mistake { line: None, column: None, rule }
}

fn digits(text: &str, count: usize) -> Result<Sensitive<String>, String> {
    if text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(Sensitive::new(text.to_owned()))
    } else {
        Err(format!("must be {count} digits"))
    }
}

fn region_code(text: &str) -> Result<Sensitive<String>, String> {
    let code = digits(text, 10)?;
    // Provinces are numbered from 11 on.
    if text < "11" { Err("must begin with the code of a province".to_owned()) } else { Ok(code) }
}

fn words(text: &str, longest: usize) -> Result<Sensitive<String>, String> {
    if text.chars().count() > longest {
        return Err(format!("must be at most {longest} characters"));
    }
    if text.chars().any(char::is_control) {
        return Err("must not hold control characters".to_owned());
    }
    if claim::plain(text).is_empty() {
        return Err("must hold letters or digits".to_owned());
    }
    Ok(Sensitive::new(text.trim().to_owned()))
}

fn birth_date(text: &str, today: NaiveDate) -> Result<Sensitive<NaiveDate>, String> {
    use chrono::Datelike as _;
    let day = claim::date(text).ok_or("must be a day as YYYY-MM-DD")?;
    if day > today {
        return Err("must not be in the future".to_owned());
    }
    if day.year() < EARLIEST_YEAR {
        return Err(format!("must not be before {EARLIEST_YEAR}"));
    }
    Ok(Sensitive::new(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "nik,family_card_number,name,birth_date,address,region_code";
    const GOOD: &str =
        "3174010101900001,3174010101100001,\"Budi, S.H.\",1990-01-01,Jl. Melati 7,3174010001";

    fn places(text: &[u8]) -> Vec<String> {
        let today = "2026-11-22".parse().unwrap();
        let mistakes = read(text, today).unwrap_err();
        let places = mistakes.into_iter().map(|it| match (it.line, it.column) {
            (None, _) => "csv".to_owned(),
            (Some(line), None) => line.to_string(),
            (Some(line), Some(column)) => format!("{line}.{}", column.as_str()),
        });
        places.collect()
    }

    #[test]
    fn rows_become_people() {
        let text = format!("\u{feff}{HEADER}\r\n{GOOD}\r\n");

        let people = read(text.as_bytes(), "2026-11-22".parse().unwrap()).unwrap();

        assert_eq!(people.len(), 1);
        assert_eq!(people[0].name.reveal(), "Budi, S.H.");
        assert_eq!(people[0].birth_date.reveal().to_string(), "1990-01-01");
    }

    #[test]
    fn every_wrong_cell_is_named_by_line_and_column() {
        let text = format!(
            "{HEADER}\n{GOOD}\n1,2,\"a\nb\",1990-02-30,...,0974010001\n{GOOD}\n1,2\n\
             3174010101900002,3174010101100001,Ani,2026-11-23,Jl. A,3174010001\n"
        );

        let named = [
            "3.nik",
            "3.family_card_number",
            "3.name",
            "3.birth_date",
            "3.address",
            "3.region_code",
            "5.nik",
            "6",
            "7.birth_date",
        ];
        assert_eq!(places(text.as_bytes()), named);
    }

    #[test]
    fn lines_are_counted_as_an_editor_counts_them() {
        let text = format!("\u{feff}{HEADER}\n\n{GOOD}\n1,2\n\n\n1,2\n");

        assert_eq!(places(text.as_bytes()), ["4", "7"]);
        assert_eq!(places(text.replace('\n', "\r\n").as_bytes()), ["4", "7"]);
    }

    #[test]
    fn what_is_no_text_is_named_too() {
        let mut text = format!("{HEADER}\n{GOOD}\n").into_bytes();
        let at = text.iter().position(|byte| *byte == b'B').unwrap();
        text[at] = 0xff;

        assert_eq!(places(&text), ["2.name"]);
    }

    #[test]
    fn a_file_has_a_header_and_some_rows_but_not_too_many() {
        assert_eq!(places(b""), ["csv"]);
        assert_eq!(places(format!("{HEADER}\n").as_bytes()), ["csv"]);
        assert_eq!(places(GOOD.as_bytes()), ["csv"]);
        assert_eq!(places(format!("{HEADER},more\n{GOOD}\n").as_bytes()), ["csv"]);
        let many = format!("{HEADER}\n{}", "x\n".repeat(MOST + 1));
        assert_eq!(places(many.as_bytes()), ["csv"]);
    }

    #[test]
    fn a_mistake_never_repeats_what_stands_there() {
        let text = format!("{HEADER}\n31740101,rahasia,\u{7}rahasia,rahasia,...,rahasia\n");
        let today = "2026-11-22".parse().unwrap();

        let mistakes = read(text.as_bytes(), today).unwrap_err();

        assert!(
            mistakes.iter().all(|it| !it.rule.contains("rahasia") && !it.rule.contains("3174"))
        );
    }
}
