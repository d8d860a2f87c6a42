//! Clocks that stop and go on.

use std::time::Duration;

use chrono::{NaiveDate, TimeDelta};
use rangkai_primitives::{Id, Timestamp, Zone};

use super::days::{Numbers, calendar, day, moment, nation, rule, works};
use crate::domain::{
    calendar::Almanac,
    clock_refusal::ClockRefusal,
    deadline::{Deadline, MOST_STOPS, NewDeadline, Outcome, Silence, State},
    term::{LastDay, MOST, Rule, Standstill, Unit, deadline, remaining},
};

const DAY: Duration = Duration::from_hours(24);

fn started(rule: Rule, start: Timestamp) -> Deadline {
    let new = NewDeadline {
        case_id: None,
        name: "decision".to_owned(),
        calendar_code: "nation".to_owned(),
        rule,
        silence: Silence::Grant,
        silence_basis: "Invented law 8".to_owned(),
        start_time: None,
    };
    computed(Deadline::start(new, &calendar("nation", Zone::Wib, 1), start).unwrap())
}

/// The deadline with the end that it has by [`nation`].
fn computed(it: Deadline) -> Deadline {
    let term = deadline(&nation(Zone::Wib), &it.whole_rule(), it.start_time, &it.stood).unwrap();
    it.ends(Id::generate(), &term)
}

fn last_day(it: &Deadline) -> NaiveDate {
    it.end.known().unwrap().last_day
}

/// Whether the clock stood on a day, said in another way than the code says it.
fn stood_on(stood: &[Standstill], date: NaiveDate) -> bool {
    stood.iter().any(|it| {
        let (from, to) = (Zone::Wib.date(it.from), Zone::Wib.date(it.to.unwrap()));
        from.iter_days().take_while(|day| *day <= to).any(|day| day == date)
    })
}

#[test]
fn a_day_on_which_the_clock_stood_is_not_counted() {
    // From a Monday: Tuesday and Wednesday count.
    let it = started(rule(Unit::WorkingDays, 5), moment("2026-06-01T03:00:00Z"));
    assert_eq!(last_day(&it), day("2026-06-08"));

    let it = it.stop(moment("2026-06-04T02:00:00Z")).unwrap();
    let left = remaining(&nation(Zone::Wib), &it.whole_rule(), it.start_time, &it.stood);
    let it = computed(it.restart(moment("2026-06-16T09:00:00Z")).unwrap());

    assert_eq!(left, Ok(Some(3)));
    // Wednesday, Thursday and Friday of the third week.
    assert_eq!(last_day(&it), day("2026-06-19"));
}

#[test]
fn a_clock_that_stood_for_an_hour_loses_the_day_and_no_more() {
    let it = started(rule(Unit::WorkingDays, 5), moment("2026-06-01T03:00:00Z"));
    let it = it.stop(moment("2026-06-03T02:00:00Z")).unwrap();

    let it = computed(it.restart(moment("2026-06-03T03:00:00Z")).unwrap());

    assert_eq!(last_day(&it), day("2026-06-09"));
}

/// The sum of the days that counted is what the rule says, and no day of them is one on which the
/// clock stood.
#[test]
fn stopped_time_never_counts_however_often_the_clock_stops() {
    let (almanac, mut numbers) = (nation(Zone::Wib), Numbers(42));
    let mut stops = 0;
    for _ in 0..300 {
        let amount = i32::try_from(1 + numbers.below(25)).unwrap();
        let unit =
            [Unit::WorkingDays, Unit::CalendarDays][usize::try_from(numbers.below(2)).unwrap()];
        let rule = Rule { last_day: LastDay::Stays, ..rule(unit, amount) };
        let counts = |date| unit == Unit::CalendarDays || works(date);
        let start =
            moment("2026-03-01T00:00:00Z") + Duration::from_secs(numbers.below(200 * 86_400));
        let (mut it, mut now) = (started(rule.clone(), start), start);
        for _ in 0..numbers.below(8) {
            now += Duration::from_secs(numbers.below(4 * 86_400));
            let Ok(stopped) = it.clone().stop(now) else { break };
            now += Duration::from_secs(numbers.below(9 * 86_400));
            let left = remaining(&almanac, &rule, start, &stopped.stood).unwrap().unwrap();
            it = computed(stopped.restart(now).unwrap());
            stops += 1;
            let ahead: Vec<_> = now_on(now).take_while(|day| *day <= last_day(&it)).collect();
            let ahead = ahead.into_iter().filter(|day| counts(*day)).count();
            assert_eq!(ahead, usize::try_from(left).unwrap(), "{it:?}");
        }
        let days = now_on(start).take_while(|day| *day <= last_day(&it));
        let counted: Vec<_> =
            days.filter(|day| counts(*day) && !stood_on(&it.stood, *day)).collect();
        assert_eq!(counted.len(), usize::try_from(amount).unwrap(), "{it:?}");
        assert_eq!(counted.last(), Some(&last_day(&it)), "{it:?}");
    }
    assert!(stops > 300, "{stops}");
}

#[test]
fn in_hours_exactly_the_stopped_time_is_added() {
    let mut numbers = Numbers(9);
    let start = moment("2026-03-01T00:00:00Z");
    let mut it = started(rule(Unit::Hours, 72), start);
    let (mut now, mut stood) = (start, TimeDelta::zero());
    for _ in 0..10 {
        now += Duration::from_secs(numbers.below(5 * 3_600));
        it = it.stop(now).unwrap();
        let left = it.time_left().unwrap();
        let pause = TimeDelta::seconds(i64::try_from(numbers.below(90_000)).unwrap());
        (now, stood) = (now + pause, stood + pause);
        it = computed(it.restart(now).unwrap());
        assert_eq!(it.end.known().unwrap().time, now + left);
    }

    assert_eq!(it.end.known().unwrap().time, start + TimeDelta::hours(72) + stood);
}

#[test]
fn months_are_longer_by_the_days_on_which_the_clock_stood() {
    let stays = Rule { last_day: LastDay::Stays, ..rule(Unit::Months, 1) };
    let it = started(stays, moment("2026-06-10T03:00:00Z"));
    assert_eq!(last_day(&it), day("2026-07-10"));
    let it = it.stop(moment("2026-06-15T03:00:00Z")).unwrap();

    let it = computed(it.restart(moment("2026-06-17T03:00:00Z")).unwrap());

    assert_eq!(last_day(&it), day("2026-07-13"));
}

#[test]
fn a_last_day_that_moved_does_not_come_while_the_clock_stood() {
    // Ends on a Saturday and so on Monday; the clock stands from Sunday to Thursday.
    let it = started(rule(Unit::CalendarDays, 2), moment("2026-06-04T03:00:00Z"));
    assert_eq!(last_day(&it), day("2026-06-08"));
    let it = it.stop(moment("2026-06-07T03:00:00Z")).unwrap();

    let it = computed(it.restart(moment("2026-06-11T03:00:00Z")).unwrap());

    assert_eq!(last_day(&it), day("2026-06-12"));
}

#[test]
fn an_extension_adds_units_and_no_deadline_is_longer_than_any() {
    let start = moment("2026-06-01T03:00:00Z");
    let it = started(rule(Unit::WorkingDays, 5), start);

    let it = computed(it.extend(3, start).unwrap());

    assert_eq!((it.extension, last_day(&it)), (3, day("2026-06-11")));
    let most = it.clone().extend(MOST - 8, start).unwrap();
    assert_eq!(most.whole_rule().amount, MOST);
    let id = it.id;
    assert_eq!(it.extend(MOST - 7, start).unwrap_err(), ClockRefusal::DeadlineTooLong(id));
}

#[test]
fn a_clock_stops_only_while_it_runs_and_not_without_end() {
    let start = moment("2026-06-01T03:00:00Z");
    let mut it = started(rule(Unit::WorkingDays, 5), start);
    let (id, over) = (it.id, it.end.known().unwrap().time);
    let not_running = |state| ClockRefusal::DeadlineNotRunning { deadline: id, state };

    assert_eq!(it.clone().stop(over).unwrap_err(), not_running(State::Passed));
    let ended = ClockRefusal::DeadlineEnded { deadline: id, state: State::Passed };
    assert_eq!(it.clone().extend(1, over).unwrap_err(), ended);
    let refused = it.clone().restart(start).unwrap_err();
    assert_eq!(refused, ClockRefusal::DeadlineNotStopped { deadline: id, state: State::Running });
    for _ in 0..MOST_STOPS {
        it = it.stop(start).unwrap();
        assert_eq!(it.clone().stop(start).unwrap_err(), not_running(State::Stopped));
        it = computed(it.restart(start).unwrap());
    }
    assert_eq!(it.stop(start).unwrap_err(), ClockRefusal::DeadlineStoppedTooOften(id));
}

#[test]
fn a_deadline_is_over_at_the_end_of_its_last_day_and_an_answer_then_is_late() {
    let it = started(rule(Unit::WorkingDays, 5), moment("2026-06-01T03:00:00Z"));
    let end = moment("2026-06-08T17:00:00Z");

    assert!(!it.is_over(end - Duration::from_micros(1)) && it.is_over(end));
    let closed = it.clone().close().unwrap();
    assert_eq!((closed.state, closed.outcome), (State::Closed, Some(Outcome::InTime)));
    assert!(!closed.is_over(end + 30 * DAY));
    let stopped = it.clone().stop(end - DAY).unwrap();
    assert!(!stopped.is_over(end + 30 * DAY));
    assert_eq!(stopped.close().unwrap().outcome, Some(Outcome::InTime));
    assert_eq!(it.pass().close().unwrap().outcome, Some(Outcome::Late));
}

#[test]
fn a_deadline_does_not_begin_in_the_future() {
    let now = moment("2026-06-01T03:00:00Z");
    let new = |start_time| NewDeadline {
        case_id: None,
        name: "decision".to_owned(),
        calendar_code: "nation".to_owned(),
        rule: rule(Unit::WorkingDays, 1),
        silence: Silence::Nothing,
        silence_basis: "Invented law 8".to_owned(),
        start_time: Some(start_time),
    };
    let nation: Almanac = nation(Zone::Wib);
    let calendar = &nation.layers()[0].calendar;

    assert!(Deadline::start(new(now), calendar, now).is_ok());
    let refused = Deadline::start(new(now + Duration::from_micros(1)), calendar, now);
    assert_eq!(refused.unwrap_err(), ClockRefusal::StartsInFuture);
}

/// The days after the one of a moment.
fn now_on(from: Timestamp) -> impl Iterator<Item = NaiveDate> {
    Zone::Wib.date(from).iter_days().skip(1)
}
