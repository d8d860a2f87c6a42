//! How the law counts days.

use chrono::{NaiveDate, Weekday};
use rangkai_primitives::Zone;

use super::days::{
    Numbers, between, day, five_days, holiday, layer, leave, moment, nation, rule, week, withdrawn,
    works, year,
};
use crate::domain::{
    calendar::{ALWAYS, Almanac, YearMissing},
    term::{FirstDay, LastDay, Leave, ReasonKind, Rule, Term, Unit, deadline, lead_time},
};

fn ends(almanac: &Almanac, rule: &Rule, from: &str) -> NaiveDate {
    deadline(almanac, rule, moment(from), &[]).unwrap().last_day
}

fn skipped(term: &Term) -> Vec<(String, Vec<ReasonKind>)> {
    let kinds =
        |reasons: &[crate::domain::term::Reason]| reasons.iter().map(|it| it.kind).collect();
    term.skipped.iter().map(|it| (it.date.to_string(), kinds(&it.reasons))).collect()
}

#[test]
fn working_days_run_across_the_new_year_and_every_day_left_out_has_its_reason() {
    let almanac = nation(Zone::Wib);

    let term = deadline(&almanac, &rule(Unit::WorkingDays, 5), moment("2026-12-23T03:05:00Z"), &[]);

    let term = term.unwrap();
    assert_eq!(term.last_day, day("2027-01-04"));
    assert_eq!(term.end, moment("2027-01-04T17:00:00Z"));
    let reason = |date: &str, kind| (date.to_owned(), vec![kind]);
    let expected = [
        reason("2026-12-23", ReasonKind::FirstDay),
        reason("2026-12-24", ReasonKind::CollectiveLeave),
        reason("2026-12-25", ReasonKind::Holiday),
        reason("2026-12-26", ReasonKind::WeeklyRest),
        reason("2026-12-27", ReasonKind::WeeklyRest),
        reason("2027-01-01", ReasonKind::Holiday),
        reason("2027-01-02", ReasonKind::WeeklyRest),
        reason("2027-01-03", ReasonKind::WeeklyRest),
    ];
    assert_eq!(skipped(&term), expected);
}

#[test]
fn whether_collective_leave_rests_is_for_the_rule_to_say() {
    let works = Rule { leave: Leave::Works, ..rule(Unit::WorkingDays, 5) };

    let last = ends(&nation(Zone::Wib), &works, "2026-12-23T03:05:00Z");

    assert_eq!(last, day("2026-12-31"));
}

#[test]
fn nothing_is_computed_in_a_year_that_is_not_published() {
    let almanac = Almanac::of(vec![layer("short", Zone::Wib, vec![five_days(), year(2026)])]);
    let from = moment("2026-12-29T03:00:00Z");
    let missing = |year| Err(YearMissing { calendar: "short".to_owned(), year });

    let in_time = deadline(&almanac, &rule(Unit::WorkingDays, 2), from, &[]);
    let beyond = deadline(&almanac, &rule(Unit::WorkingDays, 3), from, &[]);
    let before = lead_time(&almanac, &rule(Unit::WorkingDays, 3), moment("2026-01-02T03:00:00Z"));

    assert_eq!(in_time.unwrap().last_day, day("2026-12-31"));
    assert_eq!(beyond.map(|_| ()), missing(2027));
    assert_eq!(before.map(|_| ()), missing(2025));
}

#[test]
fn one_moment_begins_a_term_on_two_days_in_three_zones() {
    let rule = Rule { last_day: LastDay::Stays, ..rule(Unit::CalendarDays, 1) };
    for (zone, last, end) in [
        (Zone::Wib, "2026-11-21", "2026-11-21T17:00:00Z"),
        (Zone::Wita, "2026-11-21", "2026-11-21T16:00:00Z"),
        (Zone::Wit, "2026-11-22", "2026-11-22T15:00:00Z"),
    ] {
        let term = deadline(&nation(zone), &rule, moment("2026-11-20T15:30:00Z"), &[]).unwrap();

        assert_eq!((term.last_day, term.end), (day(last), moment(end)), "{zone:?}");
    }
}

#[test]
fn a_holiday_on_a_sunday_is_left_out_once_and_for_both_reasons() {
    let term = deadline(
        &nation(Zone::Wib),
        &rule(Unit::WorkingDays, 1),
        moment("2026-11-20T03:00:00Z"),
        &[],
    );

    let term = term.unwrap();
    assert_eq!(term.last_day, day("2026-11-23"));
    let sunday = ("2026-11-22".to_owned(), vec![ReasonKind::WeeklyRest, ReasonKind::Holiday]);
    assert_eq!(skipped(&term).last(), Some(&sunday));
}

#[test]
fn a_last_day_of_rest_moves_where_the_rule_says_so() {
    let (rule, almanac) = (rule(Unit::CalendarDays, 2), nation(Zone::Wib));
    let stays = Rule { last_day: LastDay::Stays, ..rule.clone() };

    // From a Thursday: the second day is a Saturday, and Sunday a holiday besides.
    let moved = deadline(&almanac, &rule, moment("2026-11-19T03:00:00Z"), &[]).unwrap();

    assert_eq!((moved.counted, moved.last_day), (day("2026-11-21"), day("2026-11-23")));
    assert_eq!(moved.skipped.len(), 3);
    assert_eq!(ends(&almanac, &stays, "2026-11-19T03:00:00Z"), day("2026-11-21"));
}

#[test]
fn the_first_day_counts_where_the_rule_says_so() {
    let (almanac, friday) = (nation(Zone::Wib), "2026-11-20T03:00:00Z");
    let counted = |unit, amount| Rule { first_day: FirstDay::Counted, ..rule(unit, amount) };

    assert_eq!(ends(&almanac, &counted(Unit::WorkingDays, 1), friday), day("2026-11-20"));
    assert_eq!(ends(&almanac, &counted(Unit::WorkingDays, 2), friday), day("2026-11-23"));
    // A day of rest counts for nothing, first or not.
    let saturday = "2026-11-21T03:00:00Z";
    assert_eq!(ends(&almanac, &counted(Unit::WorkingDays, 1), saturday), day("2026-11-23"));
    assert_eq!(ends(&almanac, &counted(Unit::CalendarDays, 4), friday), day("2026-11-23"));
}

#[test]
fn months_end_on_the_day_of_the_same_number_or_the_last_of_the_month() {
    let almanac = nation(Zone::Wib);
    for (from, months, first_day, last) in [
        ("2026-01-15", 1, FirstDay::NotCounted, "2026-02-15"),
        ("2026-01-15", 1, FirstDay::Counted, "2026-02-14"),
        ("2026-01-31", 1, FirstDay::NotCounted, "2026-02-28"),
        ("2026-01-31", 1, FirstDay::Counted, "2026-02-28"),
        ("2027-11-30", 3, FirstDay::NotCounted, "2028-02-29"),
        ("2026-12-31", 2, FirstDay::NotCounted, "2027-02-28"),
        ("2026-08-31", 6, FirstDay::NotCounted, "2027-02-28"),
    ] {
        let stays = Rule { first_day, last_day: LastDay::Stays, ..rule(Unit::Months, months) };

        let found = ends(&almanac, &stays, &format!("{from}T03:00:00Z"));

        assert_eq!(found, day(last), "{months} months from {from}");
    }
    // 28 February 2027 is a Sunday.
    let moves = rule(Unit::Months, 1);
    assert_eq!(ends(&almanac, &moves, "2027-01-28T03:00:00Z"), day("2027-03-01"));
}

#[test]
fn hours_run_by_the_clock_over_every_rest_day() {
    let rule = rule(Unit::Hours, 72);
    let almanac = Almanac::of(vec![layer("bare", Zone::Wita, vec![five_days()])]);

    let term = deadline(&almanac, &rule, moment("2026-12-24T15:59:30Z"), &[]).unwrap();

    assert_eq!(term.end, moment("2026-12-27T15:59:30Z"));
    assert_eq!(term.last_day, day("2026-12-27"));
    let before = lead_time(&almanac, &rule, moment("2026-12-27T15:59:30Z")).unwrap();
    assert_eq!(before.end, moment("2026-12-24T15:59:30Z"));
}

#[test]
fn a_lead_time_lies_whole_before_the_event() {
    let (almanac, event) = (nation(Zone::Wib), moment("2027-01-06T02:00:00Z"));
    let rule = rule(Unit::WorkingDays, 5);

    // 5 and 4 January, 31, 30 and 29 December lie before the 6th.
    let term = lead_time(&almanac, &rule, event).unwrap();
    let counted = Rule { first_day: FirstDay::Counted, ..rule.clone() };

    assert_eq!(term.last_day, day("2026-12-28"));
    assert_eq!(term.end, moment("2026-12-28T17:00:00Z"));
    let dates: Vec<_> = skipped(&term).into_iter().map(|(date, _)| date).collect();
    assert_eq!(dates, ["2027-01-01", "2027-01-02", "2027-01-03"]);
    assert_eq!(lead_time(&almanac, &counted, event).unwrap().last_day, day("2026-12-29"));
}

#[test]
fn a_latest_day_of_rest_moves_to_the_working_day_before_it() {
    let (almanac, event) = (nation(Zone::Wib), moment("2026-11-27T02:00:00Z"));
    let four = rule(Unit::WorkingDays, 4);
    let stays = Rule { last_day: LastDay::Stays, ..four.clone() };

    let moved = lead_time(&almanac, &four, event).unwrap();

    assert_eq!((moved.counted, moved.last_day), (day("2026-11-22"), day("2026-11-20")));
    assert_eq!(lead_time(&almanac, &stays, event).unwrap().last_day, day("2026-11-22"));
    let days = lead_time(&almanac, &rule(Unit::CalendarDays, 3), event).unwrap();
    assert_eq!(days.last_day, day("2026-11-23"));
    let month = lead_time(&almanac, &rule(Unit::Months, 1), event).unwrap();
    assert_eq!(month.last_day, day("2026-10-26"));
}

#[test]
fn forwards_and_backwards_agree_wherever_one_begins() {
    let (almanac, mut numbers) = (nation(Zone::Wib), Numbers(7));
    for _ in 0..500 {
        let amount = i32::try_from(1 + numbers.below(30)).unwrap();
        let offset = std::time::Duration::from_secs(numbers.below(300 * 86_400));
        let from = moment("2026-03-01T00:00:00Z") + offset;
        let stays = Rule { last_day: LastDay::Stays, ..rule(Unit::WorkingDays, amount) };
        let wanted = usize::try_from(amount).unwrap();
        let start = Zone::Wib.date(from);

        let last = deadline(&almanac, &stays, from, &[]).unwrap().last_day;
        let latest = lead_time(&almanac, &stays, from).unwrap().last_day;

        assert!(works(last), "{from}");
        assert_eq!(between(start, last).filter(|day| works(*day)).count(), wanted, "{from}");
        let whole = |from: NaiveDate| {
            between(from, start.pred_opt().unwrap()).filter(|day| works(*day)).count()
        };
        assert_eq!(whole(latest), wanted, "{from}");
        assert!(whole(latest.succ_opt().unwrap()) < wanted, "a later day would do: {from}");
    }
}

#[test]
fn a_region_has_its_own_days_and_those_of_the_nation() {
    let nation = vec![five_days(), year(2026), holiday("2026-06-02", "Hari N")];
    let nation = layer("nation", Zone::Wib, nation);
    let own = vec![year(2026), holiday("2026-06-03", "Hari R"), leave("2026-06-04", "Cuti R")];
    let region = Almanac::of(vec![layer("region", Zone::Wita, own), nation.clone()]);

    let term = deadline(&region, &rule(Unit::WorkingDays, 1), moment("2026-06-01T03:00:00Z"), &[])
        .unwrap();

    assert_eq!(term.end, moment("2026-06-05T16:00:00Z"));
    let calendars: Vec<_> = term.skipped.iter().map(|it| it.reasons[0].calendar.as_str()).collect();
    assert_eq!(calendars, ["", "nation", "region", "region"]);
    // A year that the region did not publish is missing, whatever the nation has.
    let silent = Almanac::of(vec![layer("silent", Zone::Wita, Vec::new()), nation]);
    let missing = silent.rest(day("2026-06-01"), Leave::Rests).unwrap_err();
    assert_eq!(missing, YearMissing { calendar: "silent".to_owned(), year: 2026 });
}

#[test]
fn weekly_rest_is_that_of_the_day_and_of_the_nearest_calendar() {
    let six = week(ALWAYS, &[Weekday::Sun]);
    let five = week(day("2026-07-01"), &[Weekday::Sat, Weekday::Sun]);
    let nation = layer("nation", Zone::Wib, vec![six, five, year(2026)]);
    let office = vec![week(day("2026-10-01"), &[Weekday::Fri]), year(2026)];
    let office = Almanac::of(vec![layer("office", Zone::Wib, office), nation.clone()]);
    let nation = Almanac::of(vec![nation]);
    let rests =
        |almanac: &Almanac, date| !almanac.rest(day(date), Leave::Rests).unwrap().is_empty();

    // Saturdays.
    assert!(!rests(&nation, "2026-06-27") && rests(&nation, "2026-07-04"));
    assert!(rests(&office, "2026-09-26") && !rests(&office, "2026-10-03"));
    // A Friday.
    assert!(rests(&office, "2026-10-02") && !rests(&nation, "2026-10-02"));
}

#[test]
fn an_earlier_version_is_as_it_was() {
    let brought =
        || vec![five_days(), year(2026), holiday("2026-06-02", "Hari N"), withdrawn("2026-06-02")];
    let version = |version| {
        let mut layer = layer("nation", Zone::Wib, brought());
        layer.calendar.version = version;
        let entries = brought().into_iter().zip(1..);
        let entries =
            entries.map(|(what, version)| crate::domain::calendar::Entry { version, what });
        let layer = crate::domain::calendar::Layer::of(layer.calendar, entries);
        ends(&Almanac::of(vec![layer]), &rule(Unit::WorkingDays, 1), "2026-06-01T03:00:00Z")
    };

    assert_eq!(version(3), day("2026-06-03"));
    assert_eq!(version(4), day("2026-06-02"));
}
