//! The national calendar as the operator publishes it.

use prost::{Message, Name};
use prost_reflect::DynamicMessage;
use rangkai_proto::{
    date,
    r#type::v1::Text,
    workflow::v1::{
        CollectiveLeave, ComputeDeadlineRequest, CountingRule, CreateCalendarRequest, DayKind,
        GetComputationRequest, ListDaysRequest, PublishDaysRequest,
    },
};
use rangkai_testkit::{Kind, fresh};

use super::{
    office::{Office, compute, working_days},
    support::House,
};

const CALENDAR: &str = include_str!("../../k8s/agencies/platform/national.calendar.json");
const DAYS: &str = include_str!("../../k8s/agencies/platform/national-2026.days.json");

fn read<M: Message + Name + Default>(text: &str) -> anyhow::Result<M> {
    let shape = rangkai_proto::pool().get_message_by_name(&M::full_name()).unwrap();
    let message = DynamicMessage::deserialize(shape, &mut serde_json::Deserializer::from_str(text));
    Ok(M::decode(message?.encode_to_vec().as_slice())?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_days_of_2026_are_those_of_the_joint_decree() -> anyhow::Result<()> {
    let house = House::open(Kind::Sqlite).await?;
    let (mut operator, mut office) =
        (Office::of(&house, "platform")?, Office::of(&house, "korlantas")?);
    let create: CreateCalendarRequest = read(CALENDAR)?;
    let create = CreateCalendarRequest { request_id: fresh(), ..create };
    operator.calendars.create_calendar(create).await?;
    let publish: PublishDaysRequest = read(DAYS)?;
    operator.publish(PublishDaysRequest { request_id: fresh(), ..publish }).await?;

    let list = ListDaysRequest {
        calendar_code: "id".to_owned(),
        year: 2026,
        ..ListDaysRequest::default()
    };
    let days = office.calendars.list_days(list).await?.into_inner().days;
    // Monday 16 March; Nyepi and Idul Fitri with their leave follow.
    let from_time = Some(rangkai_proto::time("2026-03-16T03:00:00Z".parse()?));
    let rule =
        |leave: CollectiveLeave| CountingRule { collective_leave: leave.into(), ..working_days(5) };
    let of = |rule| ComputeDeadlineRequest { from_time, ..compute("id", rule) };
    let rests = office.calendars.compute_deadline(of(rule(CollectiveLeave::Rests))).await?;
    let works = office.calendars.compute_deadline(of(rule(CollectiveLeave::Works))).await?;

    let of_kind = |kind| days.iter().filter(|day| day.kind() == kind).count();
    assert_eq!((of_kind(DayKind::Holiday), of_kind(DayKind::CollectiveLeave)), (17, 8));
    let rests = rests.into_inner().computation.unwrap();
    assert_eq!(rests.last_day, Some(date("2026-03-30".parse()?)));
    let works = works.into_inner().computation.unwrap();
    assert_eq!(works.last_day, Some(date("2026-03-24".parse()?)));
    let computation_id = rests.computation_id;
    let printed =
        office.calendars.get_computation(GetComputationRequest { computation_id }).await?;
    let Text { id, .. } = printed.into_inner().text.unwrap();
    assert!(id.contains("- Kamis, 19 Maret 2026: hari libur, Hari Suci Nyepi"), "{id}");
    assert!(id.contains("Nomor 1497 Tahun 2025"), "{id}");
    Ok(())
}
