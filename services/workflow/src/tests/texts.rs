//! Computations in words.

use chrono::Weekday;
use rangkai_primitives::{Id, Timestamp, Zone};

use super::days::{moment, nation, rule};
use crate::domain::{
    calendar::{Almanac, Text, Week},
    term::{Basis, Computation, FirstDay, Kind, Rule, Standstill, Unit, deadline, lead_time},
};

fn made(kind: Kind, rule: Rule, from: Timestamp, stood: &[Standstill]) -> Text {
    let almanac = nation(Zone::Wib);
    let term = match kind {
        Kind::Deadline => deadline(&almanac, &rule, from, stood),
        Kind::LeadTime => lead_time(&almanac, &rule, from),
    };
    let basis = Basis::new(kind, &almanac, rule, (from, stood));
    let computation = Computation::keep(basis, term.unwrap(), from);
    Computation { id: Id::from(uuid::Uuid::nil()), ..computation }.text()
}

#[test]
fn a_deadline_is_printed_with_every_day_left_out_and_its_source() {
    let stood = Standstill {
        from: moment("2026-12-28T03:00:00Z"),
        to: Some(moment("2026-12-29T03:00:00Z")),
    };

    let text =
        made(Kind::Deadline, rule(Unit::WorkingDays, 3), moment("2026-12-23T03:05:00Z"), &[stood]);

    assert_eq!(
        text.id,
        "Perhitungan tenggat 00000000-0000-0000-0000-000000000000\n\
         Kalender: Nasional (nation), versi 7\n\
         Zona waktu: Asia/Jakarta (WIB)\n\
         Aturan: 3 hari kerja; hari pertama tidak dihitung; hari terakhir yang jatuh pada hari \
         libur pindah ke hari kerja berikutnya; cuti bersama adalah hari libur.\n\
         Dasar hukum: Invented law 7\n\
         Dihitung sejak: 23 Desember 2026 pukul 10.05 WIB\n\
         Waktu dihentikan: 28 Desember 2026 pukul 10.00 WIB – 29 Desember 2026 pukul 10.00 WIB\n\
         Hari yang tidak dihitung:\n\
         - Rabu, 23 Desember 2026: hari pertama (sumber: Invented law 7)\n\
         - Kamis, 24 Desember 2026: cuti bersama, Cuti A (sumber: Invented decree 1)\n\
         - Jumat, 25 Desember 2026: hari libur, Hari A (sumber: Invented decree 1)\n\
         - Sabtu, 26 Desember 2026: istirahat mingguan (sumber: Invented rule)\n\
         - Minggu, 27 Desember 2026: istirahat mingguan (sumber: Invented rule)\n\
         - Jumat, 1 Januari 2027: hari libur, Hari C (sumber: Invented decree 1)\n\
         - Sabtu, 2 Januari 2027: istirahat mingguan (sumber: Invented rule)\n\
         - Minggu, 3 Januari 2027: istirahat mingguan (sumber: Invented rule)\n\
         Hari terakhir: Senin, 4 Januari 2027, sampai akhir hari itu (WIB)\n"
    );
}

#[test]
fn a_lead_time_is_printed_in_english_too() {
    let counted = Rule { first_day: FirstDay::Counted, ..rule(Unit::WorkingDays, 2) };

    let text = made(Kind::LeadTime, counted, moment("2027-01-04T03:00:00Z"), &[]);

    assert_eq!(
        text.en,
        "Computation of the latest moment to begin 00000000-0000-0000-0000-000000000000\n\
         Calendar: National (nation), version 7\n\
         Time zone: Asia/Jakarta (WIB)\n\
         Rule: 2 working days; the first day is counted; a day that is a rest day moves to the \
         working day before; collective leave is rest.\n\
         Legal basis: Invented law 7\n\
         Counted backwards from: 4 January 2027, 10:00 WIB\n\
         Days left out:\n\
         - Friday, 1 January 2027: holiday, Day C (source: Invented decree 1)\n\
         - Saturday, 2 January 2027: weekly rest (source: Invented rule)\n\
         - Sunday, 3 January 2027: weekly rest (source: Invented rule)\n\
         Last day to begin: Wednesday, 30 December 2026, until the end of that day (WIB)\n"
    );
}

#[test]
fn what_somebody_published_cannot_pass_for_a_line_of_ours() {
    let mut layers = nation(Zone::Wib).layers().to_vec();
    let source = "decree\nLast day: never".to_owned();
    for week in layers[0].weeks.values_mut() {
        *week = Week { rest: vec![Weekday::Thu], source: source.clone(), ..week.clone() };
    }
    let (almanac, from) = (Almanac::of(layers), moment("2026-06-03T03:00:00Z"));
    let rule = rule(Unit::WorkingDays, 1);
    let term = deadline(&almanac, &rule, from, &[]).unwrap();

    let basis = Basis::new(Kind::Deadline, &almanac, rule, (from, &[]));
    let text = Computation::keep(basis, term, from).text().en;

    assert!(text.contains("(source: decree Last day: never)"), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("Last day:")).count(), 1);
}
