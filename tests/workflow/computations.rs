//! What is computed by calendars, kept and printed.

use rangkai_proto::{
    date,
    workflow::v1::{
        Computation, ComputeLeadTimeRequest, ErrorReason, GetComputationRequest,
        PublishDaysRequest, Silence, SkipKind,
    },
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use sea_orm::{ConnectionTrait as _, Database};
use tonic::Code;

use super::{
    office::{Office, compute, holiday, publish, refused, start, working_days},
    support::House,
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_computation_is_kept_and_printed_as_it_was_made(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let (mut office, mut theirs) =
        (Office::of(&house, "korlantas")?, Office::of(&house, "dukcapil")?);
    office.calendar("office").await?;
    let (first, second) = (office.day(1), office.day(2));
    let add = |day| PublishDaysRequest { added_days: vec![holiday(day)], ..publish("office") };
    office.publish(add(first)).await?;
    let request = compute("office", working_days(2));
    let made = office.calendars.compute_deadline(request.clone()).await?.into_inner();
    let again = office.calendars.compute_deadline(request).await?.into_inner();
    assert_eq!(made, again);
    let made: Computation = made.computation.unwrap();
    assert_eq!((made.last_day, made.end_time), (Some(date(office.day(3))), office.end(3)));

    office.publish(add(second)).await?;
    let computation_id = made.computation_id.clone();
    let get = GetComputationRequest { computation_id };
    let kept = office.calendars.get_computation(get.clone()).await?.into_inner();

    assert_eq!(kept.computation, Some(made.clone()));
    let skipped: Vec<_> =
        made.skipped_days.iter().map(|day| (day.date, day.reasons[0].kind())).collect();
    let expected =
        [(Some(date(office.today())), SkipKind::FirstDay), (Some(date(first)), SkipKind::Holiday)];
    assert_eq!(skipped, expected);
    assert_eq!(made.calendars[0].version, 3);
    let text = kept.text.unwrap();
    assert!(text.id.contains("hari libur, Hari rekaan (sumber: Invented decree 2)"), "{text:?}");
    assert!(text.en.contains("Legal basis: Invented law 7"), "{text:?}");
    let fresh = office.calendars.compute_deadline(compute("office", working_days(2))).await?;
    let last_day = fresh.into_inner().computation.unwrap().last_day;
    assert_eq!(last_day, Some(date(office.day(4))));
    let (code, why, _) = refused(theirs.calendars.get_computation(get).await);
    assert_eq!(
        (code, why),
        (Code::NotFound, ErrorReason::ComputationNotFound.as_str_name().to_owned())
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lead_time_is_counted_back_from_the_event() -> anyhow::Result<()> {
    let house = House::open(Kind::Sqlite).await?;
    let mut office = Office::of(&house, "korlantas")?;
    office.calendar("office").await?;
    let added_days = vec![holiday(office.day(18))];
    office.publish(PublishDaysRequest { added_days, ..publish("office") }).await?;
    let request = ComputeLeadTimeRequest {
        request_id: fresh(),
        calendar_code: "office".to_owned(),
        rule: Some(working_days(14)),
        event_time: office.end(19),
    };

    let made = office.calendars.compute_lead_time(request.clone()).await?.into_inner();

    assert_eq!(office.calendars.compute_lead_time(request).await?.into_inner(), made);
    // The event begins on day 20; days 19 and 17 to 5 lie before it, 14 in all.
    let made = made.computation.unwrap();
    assert_eq!((made.last_day, made.end_time), (Some(date(office.day(4))), office.end(4)));
    assert_eq!(made.skipped_days.len(), 1);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_published_computed_or_happened_cannot_be_changed(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut office = Office::of(&house, "korlantas")?;
    office.calendar("office").await?;
    office.start(start("office", working_days(2), Silence::Nothing)).await?;
    let database = Database::connect(house.config.database.url.reveal()).await?;

    let mut changed = Vec::new();
    for table in ["calendar_version", "calendar_entry", "computation", "deadline_entry"] {
        for change in
            [format!("UPDATE {table} SET agency = 'other'"), format!("DELETE FROM {table}")]
        {
            if database.execute_unprepared(&change).await.is_ok() {
                changed.push(change);
            }
        }
    }
    database.close().await?;

    assert_eq!(changed, Vec::<String>::new());
    Ok(())
}
