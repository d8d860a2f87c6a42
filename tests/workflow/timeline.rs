//! What happened to an instance, in words for those whom it is about.

use rangkai_proto::workflow::v1::{
    CancelInstanceRequest, ErrorReason, GetTimelineRequest, GetTimelineResponse, Instance,
    TimelineLanguage,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use serde_json::json;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::support::{DAY, Desk, House, refund};

fn asked(instance: &Instance, language: TimelineLanguage) -> GetTimelineRequest {
    GetTimelineRequest {
        instance_id: instance.instance_id.clone(),
        language: language.into(),
        ..Default::default()
    }
}

async fn told(desk: &Desk, request: GetTimelineRequest) -> Result<GetTimelineResponse, Status> {
    Ok(desk.instances.clone().get_timeline(request).await?.into_inner())
}

fn sentences(told: &GetTimelineResponse) -> Vec<&str> {
    told.entries.iter().map(|entry| entry.sentence.as_str()).collect()
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_citizen_reads_what_happened_and_nothing_technical(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let (house, desk, _process) = House::at_work(kind).await?;
    let tasks = format!(
        "- prepare: {{set: {{nik: '3174054107880001'}}}}\n\
         - refund:\n    metadata: {{timeline: {{id: 'Uang dikembalikan.', en: 'You were paid back.'}}}}\n    \
         call: rangkai.payments.v1.RefundService.IssueRefund:1@default\n    \
         with: {{billId: b, reason: test}}\n\
         - again: {{metadata: {{timeline: {{hidden: true}}}}, do: [other: {}]}}\n\
         - coolingOff: {{wait: {{days: 1}}}}",
        refund("c")
    );
    let instance = desk.begin(&tasks, &json!({})).await?;
    desk.at(&instance, "/do/3/coolingOff").await?;
    house.clock.advance(DAY);
    desk.end(&instance).await?;

    let indonesian = told(&desk, asked(&instance, TimelineLanguage::Unspecified)).await?;
    let english = told(&desk, asked(&instance, TimelineLanguage::English)).await?;

    let expected =
        ["Proses dimulai.", "Uang dikembalikan.", "Menunggu: Cooling off.", "Proses selesai."];
    assert_eq!(sentences(&indonesian), expected);
    let expected = [
        "The process began.",
        "You were paid back.",
        "Waiting: Cooling off.",
        "The process is complete.",
    ];
    assert_eq!(sentences(&english), expected);
    let moments = indonesian.entries.iter().map(|entry| &entry.moment);
    assert!(moments.into_iter().all(|it| it.contains(" pukul ") && it.ends_with(" WIB")));
    assert!(!format!("{indonesian:?}{english:?}").contains("3174054107880001"));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_timeline_goes_on_where_its_page_ended(#[case] kind: Kind) -> anyhow::Result<()> {
    let (_house, desk, _process) = House::at_work(kind).await?;
    let instance = desk.begin("- w: {wait: {days: 1}}", &json!({})).await?;
    desk.at(&instance, "/do/0/w").await?;
    let cancel = CancelInstanceRequest {
        request_id: fresh(),
        instance_id: instance.instance_id.clone(),
        reason: "Budi asked for it".to_owned(),
    };
    desk.instances.clone().cancel_instance(cancel).await?;

    let mut request = asked(&instance, TimelineLanguage::English);
    (request.page_size, request.zone) = (2, "Asia/Jayapura".to_owned());
    let first = told(&desk, request.clone()).await?;
    request.page_token.clone_from(&first.next_page_token);
    let second = told(&desk, request).await?;

    assert_eq!(sentences(&first), ["The process began.", "Waiting: W."]);
    assert_eq!(sentences(&second), ["The process was cancelled."]);
    assert_eq!(second.next_page_token, "");
    assert!(second.entries[0].moment.ends_with(" WIT"));
    assert!(first.entries[1].sequence < second.entries[0].sequence);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_told_of_another_agency_or_in_a_zone_that_is_none() -> anyhow::Result<()> {
    let house = House::open(Kind::Sqlite).await?;
    let (ours, theirs) = (house.desk("korlantas")?, house.desk("dukcapil")?);
    let instance = ours.begin("- w: {wait: {days: 1}}", &json!({})).await?;
    let request = asked(&instance, TimelineLanguage::English);

    let status = told(&theirs, request.clone()).await.unwrap_err();
    let reason = status.get_details_error_info().unwrap().reason;
    assert_eq!(reason, ErrorReason::InstanceNotFound.as_str_name());
    let elsewhere = GetTimelineRequest { zone: "Europe/Paris".to_owned(), ..request };
    let status = told(&ours, elsewhere).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(status.get_details_bad_request().unwrap().field_violations[0].field, "zone");
    Ok(())
}
