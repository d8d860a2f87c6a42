//! Deadlines whose calendars change while they run.

use chrono::{Datelike as _, Days, NaiveDate};
use rangkai_proto::{
    date,
    workflow::v1::{
        CountingRule, DeadlineChange, DeadlineMoved, DeadlinePassed, DeadlineState, LastDay,
        PublishDaysRequest, Silence, TermUnit,
    },
};
use rangkai_testkit::Kind;
use rstest::rstest;
use tokio::task::JoinSet;

use super::{
    clocks::{restart, stop},
    office::{Office, holiday, publish, start, working_days, year},
    support::{DAY, House},
};

fn add(day: NaiveDate) -> PublishDaysRequest {
    PublishDaysRequest { added_days: vec![holiday(day)], ..publish("nation") }
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_that_is_published_moves_every_deadline_that_runs_by_it(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let (house, _, _process) = House::at_work(kind).await?;
    let (mut operator, mut office) =
        (Office::of(&house, "platform")?, Office::of(&house, "korlantas")?);
    operator.calendar("nation").await?;
    let mut below = office.create("region");
    (below.parent_code, below.weekly_rest) = ("nation".to_owned(), None);
    office.calendars.create_calendar(below).await?;
    let years = (office.today().year() - 1..).take(3).map(year).collect();
    office.publish(PublishDaysRequest { years, ..publish("region") }).await?;
    let it = office.start(start("region", working_days(5), Silence::Grant)).await?;
    let stays = CountingRule {
        unit: TermUnit::CalendarDays.into(),
        last_day: LastDay::Stays.into(),
        ..working_days(5)
    };
    let other = office.start(start("nation", stays, Silence::Grant)).await?;

    operator.publish(add(office.day(2))).await?;

    let told = office.facts::<DeadlineMoved>(&it.deadline_id, 1).await?;
    assert_eq!((told[0].previous_end_time, told[0].end_time), (office.end(5), office.end(6)));
    let seen = office.get(&it).await?;
    let moved = seen.history.last().unwrap();
    assert_eq!((moved.change(), moved.end_time), (DeadlineChange::Moved, office.end(6)));
    assert_ne!(moved.computation_id, it.computation_id);
    assert_eq!(seen.deadline.unwrap().last_day, Some(date(office.day(6))));
    // It passes at its new end, and the other where it always was.
    house.clock.advance(6 * DAY);
    office.facts::<DeadlinePassed>(&other.deadline_id, 1).await?;
    assert_eq!(office.get(&other).await?.history.len(), 2);
    assert_eq!(office.get(&it).await?.deadline.unwrap().state(), DeadlineState::Running);
    house.clock.advance(DAY);
    let told = office.facts::<DeadlinePassed>(&it.deadline_id, 1).await?;
    assert_eq!(told[0].end_time, office.end(6));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadline_waits_for_the_year_in_which_it_ends(#[case] kind: Kind) -> anyhow::Result<()> {
    let (house, _, _process) = House::at_work(kind).await?;
    let mut office = Office::of(&house, "korlantas")?;
    office.calendars.create_calendar(office.create("nation")).await?;
    let years = vec![year(office.today().year())];
    office.publish(PublishDaysRequest { years, ..publish("nation") }).await?;
    // As many days as are left of this year, counting from yesterday.
    let (next, yesterday) = (office.today().year() + 1, office.today() - Days::new(1));
    let first = NaiveDate::from_ymd_opt(next, 1, 1).unwrap();
    let days = i32::try_from((first - office.today()).num_days())?;
    let mut request = start("nation", working_days(days), Silence::Escalate);
    request.start_time = office.zone().start_of(yesterday).map(rangkai_proto::time);
    let years = vec![year(yesterday.year())];
    office.publish(PublishDaysRequest { years, ..publish("nation") }).await?;
    let it = office.start(request).await?;
    assert_eq!(it.last_day, first.pred_opt().map(date));

    office.deadlines.stop_deadline(stop(&it, "a letter")).await?;
    let going = office.deadlines.restart_deadline(restart(&it)).await?.into_inner().deadline;

    let going = going.unwrap();
    assert_eq!((going.state(), going.end_time), (DeadlineState::Running, None));
    assert_eq!((going.missing_year, going.missing_calendar_code.as_str()), (next, "nation"));
    house.clock.advance(DAY);
    office.publish(PublishDaysRequest { years: vec![year(next)], ..publish("nation") }).await?;
    let told = office.facts::<DeadlineMoved>(&it.deadline_id, 1).await?;
    assert_eq!((told[0].last_day, told[0].previous_end_time), (Some(date(first)), None));
    assert_eq!(office.get(&it).await?.deadline.unwrap().missing_year, 0);
    Ok(())
}

/// Whichever is first: a deadline that did not know of the day hears of it.
#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadline_that_starts_while_a_day_is_published_does_not_miss_it(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let (house, _, _process) = House::at_work(kind).await?;
    let mut office = Office::of(&house, "korlantas")?;
    office.calendar("nation").await?;
    let mut starting = JoinSet::new();
    for _ in 0..40 {
        let mut office = office.clone();
        starting.spawn(async move {
            office.start(start("nation", working_days(5), Silence::Nothing)).await
        });
    }

    office.publish(add(office.day(2))).await?;

    let mut moved = 0;
    while let Some(started) = starting.join_next().await {
        let it = started??;
        if it.end_time == office.end(5) {
            office.facts::<DeadlineMoved>(&it.deadline_id, 1).await?;
            moved += 1;
        }
        let seen = office.get(&it).await?.deadline.unwrap();
        assert_eq!(seen.end_time, office.end(6), "{it:?}");
    }
    eprintln!("{moved} of 40 began before the day was published");
    Ok(())
}
