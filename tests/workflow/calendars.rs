//! Calendars in versions.

use rangkai_proto::{
    date,
    workflow::v1::{
        ComputeDeadlineRequest, CountingRule, DayKind, ErrorReason, FirstDay, GetCalendarRequest,
        LastDay, ListCalendarsRequest, ListDaysRequest, PublishDaysRequest, TermUnit, Weekday,
        WeeklyRest, WithdrawnDay,
    },
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use tonic::{Code, Status};

use super::{
    office::{
        Office, broken, compute, every_day, holiday, publish, refused, text, with, working_days,
        year,
    },
    support::House,
};

fn reason(reason: ErrorReason) -> String {
    reason.as_str_name().to_owned()
}

fn withdrawn(day: chrono::NaiveDate) -> WithdrawnDay {
    WithdrawnDay {
        date: Some(date(day)),
        kind: DayKind::Holiday.into(),
        source: "Invented decree 3".to_owned(),
    }
}

async fn days(office: &mut Office, version: i32, all: bool) -> Result<Vec<(i32, i32)>, Status> {
    let year = chrono::Datelike::year(&office.day(3));
    let request = ListDaysRequest {
        calendar_code: "office".to_owned(),
        year,
        version,
        include_withdrawn: all,
    };
    let days = office.calendars.list_days(request).await?.into_inner().days;
    Ok(days.iter().map(|day| (day.added_version, day.withdrawn_version)).collect())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn days_come_and_go_in_versions_and_an_earlier_one_stays_as_it_was(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut office = Office::of(&house, "korlantas")?;
    let (create, day) = (office.create("office"), office.day(3));
    let first = office.calendars.create_calendar(create.clone()).await?.into_inner();
    assert_eq!(office.calendars.create_calendar(create).await?.into_inner(), first);
    let add = PublishDaysRequest {
        years: vec![year(chrono::Datelike::year(&day))],
        added_days: vec![holiday(day)],
        etag: "1".to_owned(),
        ..publish("office")
    };
    let added = office.publish(add.clone()).await?;
    assert_eq!(office.publish(add.clone()).await?, added);
    let take = PublishDaysRequest { withdrawn_days: vec![withdrawn(day)], ..publish("office") };
    office.publish(take).await?;
    let again = PublishDaysRequest { added_days: vec![holiday(day)], ..publish("office") };

    let newest = office.publish(again).await?;

    assert_eq!((newest.version, newest.etag.as_str()), (4, "4"));
    assert_eq!(days(&mut office, 0, false).await?, [(4, 0)]);
    assert_eq!(days(&mut office, 0, true).await?, [(2, 3), (4, 0)]);
    assert_eq!(days(&mut office, 2, true).await?, [(2, 0)]);
    assert_eq!(days(&mut office, 3, true).await?, [(2, 3)]);
    let get = |version| GetCalendarRequest { calendar_code: "office".to_owned(), version };
    let second = office.calendars.get_calendar(get(2)).await?.into_inner().calendar.unwrap();
    assert_eq!(second, added);
    let found = office.calendars.get_calendar(get(0)).await?.into_inner().calendar.unwrap();
    assert_eq!(found, newest);
    let other = PublishDaysRequest { withdrawn_days: vec![withdrawn(day)], ..add };
    let (code, why, _) = refused(office.publish(other).await);
    assert_eq!((code, why), (Code::AlreadyExists, reason(ErrorReason::RequestIdReused)));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_fit_a_calendar_is_refused_with_its_reason() -> anyhow::Result<()> {
    let house = House::open(Kind::Sqlite).await?;
    let mut office = Office::of(&house, "korlantas")?;
    let (day, other) = (office.day(3), office.day(4));
    office.calendar("office").await?;
    let added_days = vec![holiday(day)];
    office.publish(PublishDaysRequest { added_days, ..publish("office") }).await?;
    let (date, kind) = (day.to_string(), ("kind", "holiday"));
    let expected = |code, why, metadata: &[(&str, &str)]| (code, reason(why), with(metadata));

    let add = |day| PublishDaysRequest { added_days: vec![holiday(day)], ..publish("office") };
    let taken = office.publish(add(day)).await;
    let withdrawn_days = vec![withdrawn(other)];
    let gone = office.publish(PublishDaysRequest { withdrawn_days, ..publish("office") }).await;
    let far = office.publish(add("2199-05-05".parse()?)).await;
    let stale = office.publish(PublishDaysRequest { etag: "2".to_owned(), ..add(other) }).await;
    let nowhere = office.publish(PublishDaysRequest { years: vec![year(2027)], ..publish("x") });
    let nowhere = nowhere.await;
    let again = office.calendars.create_calendar(office.create("office")).await;

    let metadata = [("date", date.as_str()), kind];
    assert_eq!(
        refused(taken),
        expected(Code::AlreadyExists, ErrorReason::CalendarDayTaken, &metadata)
    );
    let metadata = [("date", &*other.to_string()), kind];
    let why = ErrorReason::CalendarDayNotFound;
    assert_eq!(refused(gone), expected(Code::FailedPrecondition, why, &metadata));
    let metadata = [("calendar_code", "office"), ("year", "2199")];
    let why = ErrorReason::CalendarYearMissing;
    assert_eq!(refused(far), expected(Code::FailedPrecondition, why, &metadata));
    assert_eq!(refused(stale), expected(Code::Aborted, ErrorReason::StaleEtag, &[("etag", "3")]));
    let why = ErrorReason::CalendarNotFound;
    assert_eq!(refused(nowhere), expected(Code::NotFound, why, &[("calendar_code", "x")]));
    let metadata = [("calendar_code", "office")];
    let why = ErrorReason::CalendarTaken;
    assert_eq!(refused(again), expected(Code::AlreadyExists, why, &metadata));
    let unknown = ListDaysRequest {
        calendar_code: "office".to_owned(),
        year: 2199,
        ..ListDaysRequest::default()
    };
    let (_, why, _) = refused(office.calendars.list_days(unknown).await);
    assert_eq!(why, reason(ErrorReason::CalendarYearMissing));
    let get = GetCalendarRequest { calendar_code: "office".to_owned(), version: 9 };
    let (_, why, _) = refused(office.calendars.get_calendar(get).await);
    assert_eq!(why, reason(ErrorReason::CalendarNotFound));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calendars_stand_four_above_each_other_and_no_more() -> anyhow::Result<()> {
    let house = House::open(Kind::Sqlite).await?;
    let mut office = Office::of(&house, "korlantas")?;
    let mut create = office.create("c1");
    for level in 1..=5 {
        create.request_id = fresh();
        create.code = format!("c{level}");
        let answer = office.calendars.create_calendar(create.clone()).await;
        if level < 5 {
            answer?;
            create.parent_code = create.code.clone();
            continue;
        }

        let (code, why, metadata) = refused(answer);
        assert_eq!((code, why), (Code::FailedPrecondition, reason(ErrorReason::CalendarTooDeep)));
        assert_eq!(metadata, with(&[("most", "4")]));
    }
    create.parent_code = "nowhere".to_owned();
    create.request_id = fresh();
    let (code, why, _) = refused(office.calendars.create_calendar(create).await);
    assert_eq!((code, why), (Code::NotFound, reason(ErrorReason::CalendarNotFound)));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_field_that_makes_no_sense_is_named() -> anyhow::Result<()> {
    let house = House::open(Kind::Sqlite).await?;
    let mut office = Office::of(&house, "korlantas")?;
    office.calendar("office").await?;
    let day = office.day(3);
    let twice = |weekday: Weekday| WeeklyRest { weekdays: vec![weekday.into(); 2], ..every_day() };

    let mut create = office.create("other");
    create.weekly_rest = None;
    let unrested = office.calendars.create_calendar(create.clone()).await;
    create.weekly_rest =
        Some(WeeklyRest { effective_from: Some(date(day)), ..twice(Weekday::Sunday) });
    let rested = office.calendars.create_calendar(create).await;
    let empty = office.publish(publish("office")).await;
    let mut wrong = holiday(day);
    wrong.date = Some(rangkai_proto::r#type::v1::Date { year: 2027, month: 2, day: 30 });
    let publication = PublishDaysRequest {
        added_days: vec![wrong],
        weekly_rest: Some(every_day()),
        ..publish("office")
    };
    let undated = office.publish(publication).await;
    let publication = PublishDaysRequest {
        added_days: vec![holiday(day), holiday(day)],
        withdrawn_days: vec![withdrawn(day), withdrawn(day)],
        ..publish("office")
    };
    let doubled = office.publish(publication).await;
    let hours = CountingRule {
        unit: TermUnit::Hours.into(),
        first_day: FirstDay::Counted.into(),
        last_day: LastDay::Moves.into(),
        ..working_days(1)
    };
    let from_time = Some(prost_types::Timestamp { seconds: 10_000_000_000, nanos: 0 });
    let request = ComputeDeadlineRequest { from_time, ..compute("office", hours) };
    let hourly = office.calendars.compute_deadline(request).await;

    assert_eq!(broken(unrested), ["weekly_rest"]);
    assert_eq!(broken(rested), ["weekly_rest.effective_from", "weekly_rest.weekdays[1]"]);
    assert_eq!(broken(empty), ["added_days"]);
    assert_eq!(broken(undated), ["added_days[0].date", "weekly_rest.effective_from"]);
    assert_eq!(broken(doubled), ["added_days", "withdrawn_days"]);
    assert_eq!(broken(hourly), ["from_time", "rule.first_day", "rule.last_day"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_calendar_of_the_platform_is_for_all_and_one_of_an_agency_for_itself(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut operator = Office::of(&house, "platform")?;
    let (mut ours, mut theirs) =
        (Office::of(&house, "korlantas")?, Office::of(&house, "dukcapil")?);
    operator.calendar("office").await?;
    ours.calendar("own").await?;
    let not_found = (Code::NotFound, reason(ErrorReason::CalendarNotFound));

    let shared = ours.calendars.compute_deadline(compute("office", working_days(1))).await?;
    let foreign = theirs.calendars.compute_deadline(compute("own", working_days(1))).await;
    let added_days = vec![holiday(ours.day(1))];
    let meddling = ours.publish(PublishDaysRequest { added_days, ..publish("office") }).await;
    // From now on, the agency means its own.
    let mut own = ours.create("office");
    own.title = Some(text("Sendiri", "Own"));
    ours.calendars.create_calendar(own).await?;
    let own = ours.calendars.compute_deadline(compute("office", working_days(1))).await;

    assert_eq!(shared.into_inner().computation.unwrap().calendars.len(), 1);
    let (code, why, _) = refused(foreign);
    assert_eq!((code, why), not_found);
    let (code, why, _) = refused(meddling);
    assert_eq!((code, why), not_found);
    let (_, why, _) = refused(own);
    assert_eq!(why, reason(ErrorReason::CalendarYearMissing));
    let listed = theirs.calendars.list_calendars(ListCalendarsRequest::default()).await?;
    let listed: Vec<_> =
        listed.into_inner().calendars.into_iter().map(|it| (it.code, it.shared)).collect();
    assert_eq!(listed, [("office".to_owned(), true)]);
    Ok(())
}
