//! Records: issued once, valid from a day to a day, verified by number.

use std::time::Duration;

use rangkai_primitives::Zone;
use rangkai_proto::{
    date,
    registration::v1::{
        Application, ErrorReason, GetRecordRequest, IssueRecordRequest, Record, RecordState,
        VerifyRecordRequest,
    },
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use serde_json::json;
use tonic::Code;

use super::{
    decisions::confirm,
    invariants,
    office::{Desk, Office, fields, object, refused},
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_approved_application_has_one_record(#[case] kind: Kind) -> anyhow::Result<()> {
    let office = Office::open(kind).await?;
    let mut desk = office.system().await?;
    let (mut one, mut two) = office.officers();
    let application = desk.evaluated().await?;
    let early = desk.records.issue_record(issue(&application)).await;
    approve(&mut desk, (&mut one, &mut two), &application).await?;

    let (mut left, mut right) = (desk.clone(), desk.clone());
    let (first, second) = tokio::join!(
        left.records.issue_record(issue(&application)),
        right.records.issue_record(issue(&application)),
    );

    refused(early, Code::FailedPrecondition, ErrorReason::ApplicationNotApproved);
    let (first, second) =
        (first?.into_inner().record.unwrap(), second?.into_inner().record.unwrap());
    assert_eq!(first, second);
    assert!(first.number.starts_with("42") && first.number.len() == 13, "{}", first.number);
    assert_eq!(first.attributes, object(&json!({"kind": "small"})));
    assert_eq!(first.holder_subject_id, application.applicant_subject_id);
    let today = Zone::Wib.date(office.clock.now());
    let last = today.checked_add_months(chrono::Months::new(12)).unwrap();
    assert_eq!((first.valid_from, first.valid_until), (Some(date(today)), Some(date(last))));
    invariants::check(&office).await
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_number_proves_itself_to_everybody_and_says_no_more(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let office = Office::open(kind).await?;
    let mut desk = office.system().await?;
    let mut stranger = office.desk("kemensos", "bank", &[]);
    let record = issued(&office, &mut desk).await?;

    let valid = stranger.records.verify_record(verify(&record.number)).await?.into_inner();
    office.clock.advance(Duration::from_hours(24 * 366));
    let expired = stranger.records.verify_record(verify(&record.number)).await?.into_inner();
    let last = record.number.chars().last().unwrap();
    let wrong = if last == '0' { '1' } else { '0' };
    let mistyped = format!("{}{wrong}", &record.number[..12]);
    let mistyped = stranger.records.verify_record(verify(&mistyped)).await;
    let unknown = stranger.records.verify_record(verify("79927398713")).await;
    let foreign = stranger.records.get_record(get(&record)).await;

    assert_eq!((valid.state(), valid.kind.as_str()), (RecordState::Valid, "permit"));
    assert_eq!(expired.state(), RecordState::Expired);
    assert_eq!(fields(mistyped), ["number"]);
    refused(unknown, Code::NotFound, ErrorReason::RecordNotFound);
    refused(foreign, Code::NotFound, ErrorReason::RecordNotFound);
    let kept = desk.records.get_record(get(&record)).await?.into_inner().record.unwrap();
    assert_eq!((kept.state(), kept.number), (RecordState::Expired, record.number));
    Ok(())
}

/// A record of an application that went all the way.
async fn issued(office: &Office, desk: &mut Desk) -> anyhow::Result<Record> {
    let (mut one, mut two) = office.officers();
    let application = desk.evaluated().await?;
    approve(desk, (&mut one, &mut two), &application).await?;
    let answer = desk.records.issue_record(issue(&application)).await?;
    Ok(answer.into_inner().record.unwrap())
}

/// Lets two officers grant an application.
pub(crate) async fn approve(
    desk: &mut Desk,
    (one, two): (&mut Desk, &mut Desk),
    application: &Application,
) -> anyhow::Result<()> {
    let proposed = desk.proposed(one, application).await?;
    let second = desk.confirming(two, application, &proposed).await?;
    two.decisions.confirm_decision(confirm(&second)).await?;
    Ok(())
}

pub(crate) fn issue(application: &Application) -> IssueRecordRequest {
    let application_id = application.application_id.clone();
    IssueRecordRequest { request_id: fresh(), application_id }
}

fn get(record: &Record) -> GetRecordRequest {
    GetRecordRequest { record_id: record.record_id.clone() }
}

fn verify(number: &str) -> VerifyRecordRequest {
    VerifyRecordRequest { number: number.to_owned() }
}
