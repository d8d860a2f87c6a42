//! The clocks of cases, seen from outside.

use rangkai_proto::{
    date,
    workflow::v1::{
        CloseDeadlineRequest, CountingRule, Deadline, DeadlineChange, DeadlineClosed,
        DeadlineExtended, DeadlineOutcome, DeadlineRestarted, DeadlineStarted, DeadlineState,
        DeadlineStopped, ErrorReason, ExtendDeadlineRequest, GetDeadlineRequest,
        ListDeadlinesRequest, RestartDeadlineRequest, Silence, StopDeadlineRequest, TermUnit,
    },
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use sea_orm::{ConnectionTrait as _, Database, Statement};
use tonic::Code;

use super::{
    office::{Office, broken, refused, start, with, working_days},
    support::{DAY, House},
};

const NIK: &str = "3174054107880001";

pub fn stop(deadline: &Deadline, reason: &str) -> StopDeadlineRequest {
    let deadline_id = deadline.deadline_id.clone();
    StopDeadlineRequest { request_id: fresh(), deadline_id, reason: reason.to_owned() }
}

pub fn restart(deadline: &Deadline) -> RestartDeadlineRequest {
    let deadline_id = deadline.deadline_id.clone();
    RestartDeadlineRequest { request_id: fresh(), deadline_id, reason: "brought".to_owned() }
}

pub fn extend(deadline: &Deadline, amount: i32) -> ExtendDeadlineRequest {
    ExtendDeadlineRequest {
        request_id: fresh(),
        deadline_id: deadline.deadline_id.clone(),
        amount,
        reason: "an expert is asked".to_owned(),
        legal_basis: "Invented law 9".to_owned(),
    }
}

pub fn close(deadline: &Deadline) -> CloseDeadlineRequest {
    let deadline_id = deadline.deadline_id.clone();
    CloseDeadlineRequest { request_id: fresh(), deadline_id, reason: "decision 12".to_owned() }
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_stops_goes_on_is_extended_and_answered_and_each_is_told(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut office = Office::of(&house, "korlantas")?;
    office.calendar("office").await?;
    let request = start("office", working_days(5), Silence::Grant);
    let started = office.start(request.clone()).await?;
    assert_eq!(office.start(request.clone()).await?, started);
    assert_eq!((started.last_day, started.end_time), (Some(date(office.day(5))), office.end(5)));
    let mut deadlines = office.deadlines.clone();

    // Today and the day after tomorrow count for nothing, tomorrow does.
    house.clock.advance(2 * DAY);
    let request = stop(&started, &format!("a letter of {NIK}"));
    let stopped = deadlines.stop_deadline(request.clone()).await?.into_inner();
    assert_eq!(deadlines.stop_deadline(request).await?.into_inner(), stopped);
    let stopped = stopped.deadline.unwrap();
    assert_eq!((stopped.end_time, stopped.remaining_days), (None, 4));
    house.clock.advance(10 * DAY);
    let request = restart(&started);
    let running = deadlines.restart_deadline(request.clone()).await?.into_inner();
    assert_eq!(deadlines.restart_deadline(request).await?.into_inner(), running);
    assert_eq!(running.deadline.unwrap().end_time, office.end(16));
    let request = extend(&started, 3);
    let extended = deadlines.extend_deadline(request.clone()).await?.into_inner();
    assert_eq!(deadlines.extend_deadline(request).await?.into_inner(), extended);
    assert_eq!(extended.deadline.unwrap().end_time, office.end(19));
    let request = close(&started);
    let closed = deadlines.close_deadline(request.clone()).await?.into_inner();
    assert_eq!(deadlines.close_deadline(request).await?.into_inner(), closed);

    let closed = closed.deadline.unwrap();
    assert_eq!(closed.state(), DeadlineState::Closed);
    assert_eq!(closed.outcome(), DeadlineOutcome::InTime);
    let seen = office.get(&started).await?;
    assert_eq!(seen.deadline, Some(closed));
    let history: Vec<_> = seen.history.iter().map(|it| (it.change(), it.end_time)).collect();
    let expected = [
        (DeadlineChange::Started, office.end(5)),
        (DeadlineChange::Stopped, None),
        (DeadlineChange::Restarted, office.end(16)),
        (DeadlineChange::Extended, office.end(19)),
        (DeadlineChange::Closed, office.end(19)),
    ];
    assert_eq!(history, expected);
    assert_eq!(seen.history[1].reason, format!("a letter of {NIK}"));
    assert_eq!(seen.history[3].legal_basis, "Invented law 9");
    let id = &started.deadline_id;
    let told = &office.facts::<DeadlineStarted>(id, 0).await?[0];
    assert_eq!((&told.case_id, told.silence()), (&request_case(&started), Silence::Grant));
    assert_eq!(office.facts::<DeadlineStopped>(id, 0).await?.len(), 1);
    assert_eq!(office.facts::<DeadlineRestarted>(id, 0).await?[0].end_time, office.end(16));
    assert_eq!(office.facts::<DeadlineExtended>(id, 0).await?[0].amount, 3);
    let told = &office.facts::<DeadlineClosed>(id, 0).await?[0];
    assert_eq!(told.outcome(), DeadlineOutcome::InTime);
    Ok(())
}

fn request_case(deadline: &Deadline) -> String {
    deadline.case_id.clone()
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_writes_as_a_reason_lies_sealed(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut office = Office::of(&house, "korlantas")?;
    office.calendar("office").await?;
    let started = office.start(start("office", working_days(5), Silence::Nothing)).await?;
    office.deadlines.stop_deadline(stop(&started, &format!("a letter of {NIK}"))).await?;

    let database = Database::connect(house.config.database.url.reveal()).await?;
    let backend = database.get_database_backend();
    let mut bytes = Vec::new();
    for query in ["SELECT reason AS it FROM deadline_entry", "SELECT data AS it FROM event"] {
        let rows = database.query_all_raw(Statement::from_string(backend, query)).await?;
        for row in rows {
            bytes.push(row.try_get::<Option<Vec<u8>>>("", "it")?.unwrap_or_default());
        }
    }
    database.close().await?;

    assert!(bytes.iter().filter(|it| !it.is_empty()).count() > 3);
    assert!(!bytes.iter().any(|it| it.windows(NIK.len()).any(|part| part == NIK.as_bytes())));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_clock_cannot_do_is_refused_with_its_reason() -> anyhow::Result<()> {
    let house = House::open(Kind::Sqlite).await?;
    let mut office = Office::of(&house, "korlantas")?;
    office.calendar("office").await?;
    let it = office.start(start("office", working_days(5), Silence::Grant)).await?;
    let mut deadlines = office.deadlines.clone();
    let id = it.deadline_id.as_str();
    let stands = |why: ErrorReason, state| {
        let metadata = with(&[("deadline_id", id), ("state", state)]);
        (Code::FailedPrecondition, why.as_str_name().to_owned(), metadata)
    };
    let most = |why: ErrorReason, most| {
        let metadata = with(&[("deadline_id", id), ("most", most)]);
        (Code::FailedPrecondition, why.as_str_name().to_owned(), metadata)
    };

    let running = deadlines.restart_deadline(restart(&it)).await;
    let long = deadlines.extend_deadline(extend(&it, 996)).await;
    for _ in 0..50 {
        deadlines.stop_deadline(stop(&it, "a letter")).await?;
        deadlines.restart_deadline(restart(&it)).await?;
    }
    let often = deadlines.stop_deadline(stop(&it, "a letter")).await;
    let mut deep = start("office", working_days(1000), Silence::Grant);
    deep.start_time = Some(prost_types::Timestamp { seconds: 0, nanos: 0 });
    let missing = office.start(deep.clone()).await;
    deep.start_time = Some(rangkai_proto::time(house.clock.now() + DAY));
    let early = office.start(deep).await;
    deadlines.close_deadline(close(&it)).await?;
    let stopped = deadlines.stop_deadline(stop(&it, "a letter")).await;
    let extended = deadlines.extend_deadline(extend(&it, 1)).await;
    let closed = deadlines.close_deadline(close(&it)).await;

    assert_eq!(refused(running), stands(ErrorReason::DeadlineNotStopped, "running"));
    assert_eq!(refused(long), most(ErrorReason::DeadlineTooLong, "1000"));
    assert_eq!(refused(often), most(ErrorReason::DeadlineStoppedTooOften, "50"));
    let metadata = with(&[("calendar_code", "office"), ("year", "1970")]);
    let why = ErrorReason::CalendarYearMissing.as_str_name().to_owned();
    assert_eq!(refused(missing), (Code::FailedPrecondition, why, metadata));
    assert_eq!(broken(early), ["start_time"]);
    assert_eq!(refused(stopped), stands(ErrorReason::DeadlineNotRunning, "closed"));
    assert_eq!(refused(extended), stands(ErrorReason::DeadlineEnded, "closed"));
    assert_eq!(refused(closed), stands(ErrorReason::DeadlineEnded, "closed"));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deadlines_are_listed_by_state_and_case_and_only_to_their_own_agency(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let (mut office, mut theirs) =
        (Office::of(&house, "korlantas")?, Office::of(&house, "dukcapil")?);
    office.calendar("office").await?;
    let mut started = Vec::new();
    for _ in 0..3 {
        let request = start("office", working_days(5), Silence::Escalate);
        started.push(office.start(request).await?);
    }
    office.deadlines.stop_deadline(stop(&started[1], "a letter")).await?;
    let ids = |deadlines: Vec<Deadline>| -> Vec<_> {
        deadlines.into_iter().map(|it| it.deadline_id).collect()
    };
    let running = ListDeadlinesRequest {
        state: DeadlineState::Running.into(),
        page_size: 1,
        ..ListDeadlinesRequest::default()
    };

    let first = office.deadlines.list_deadlines(running.clone()).await?.into_inner();
    let page_token = first.next_page_token;
    let second = ListDeadlinesRequest { page_token, ..running };
    let second = office.deadlines.list_deadlines(second).await?.into_inner();
    let case_id = started[1].case_id.clone();
    let of_case = ListDeadlinesRequest { case_id, ..ListDeadlinesRequest::default() };
    let of_case = office.deadlines.list_deadlines(of_case).await?.into_inner().deadlines;

    assert_eq!(ids(first.deadlines), [started[2].deadline_id.clone()]);
    assert_eq!(ids(second.deadlines), [started[0].deadline_id.clone()]);
    assert_eq!(second.next_page_token, "");
    assert_eq!(ids(of_case), [started[1].deadline_id.clone()]);
    let all = theirs.deadlines.list_deadlines(ListDeadlinesRequest::default()).await?;
    assert!(all.into_inner().deadlines.is_empty());
    let not_found = (Code::NotFound, ErrorReason::DeadlineNotFound.as_str_name().to_owned());
    for deadline_id in [started[0].deadline_id.clone(), fresh()] {
        let it = Deadline { deadline_id: deadline_id.clone(), ..Deadline::default() };
        let answers = [
            refused(theirs.deadlines.get_deadline(GetDeadlineRequest { deadline_id }).await),
            refused(theirs.deadlines.stop_deadline(stop(&it, "mine")).await),
            refused(theirs.deadlines.restart_deadline(restart(&it)).await),
            refused(theirs.deadlines.extend_deadline(extend(&it, 1)).await),
            refused(theirs.deadlines.close_deadline(close(&it)).await),
        ];
        for (code, why, metadata) in answers {
            assert_eq!(((code, why), metadata), (not_found.clone(), Vec::new()));
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_in_hours_says_how_much_time_is_left() -> anyhow::Result<()> {
    let house = House::open(Kind::Sqlite).await?;
    let mut office = Office::of(&house, "korlantas")?;
    office.calendar("office").await?;
    let rule = CountingRule { unit: TermUnit::Hours.into(), ..working_days(72) };
    let it = office.start(start("office", rule, Silence::Nothing)).await?;

    house.clock.advance(DAY);
    office.deadlines.stop_deadline(stop(&it, "a letter")).await?;
    house.clock.advance(3 * DAY);

    let left = office.get(&it).await?.deadline.unwrap().remaining_time.unwrap();
    let hours = 3_600;
    // The test itself takes some time, too.
    assert!((47 * hours..=48 * hours).contains(&left.seconds), "{left:?}");
    Ok(())
}
