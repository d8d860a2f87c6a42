//! Silence after a deadline, and the workflow that listens for it.

use rangkai_proto::{
    registration::v1::DecisionConfirmed,
    workflow::v1::{
        DeadlineClosed, DeadlineOutcome, DeadlinePassed, DeadlineState, ErrorReason, Instance,
        Silence,
    },
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use serde_json::{Value, json};
use tonic::Code;

use super::{
    clocks::{close, stop},
    office::{Office, refused, start, working_days},
    support::{DAY, Desk, House, output},
};

/// Starts a deadline and waits for the officer's answer or the silence, whichever is first.
const CASE: &str = r#"- clock:
    call: rangkai.workflow.v1.DeadlineService.StartDeadline:1@default
    with:
      caseId: ${ .case }
      name: decision
      calendarCode: office
      rule: { unit: TERM_UNIT_WORKING_DAYS, amount: 5, legalBasis: Invented law 7 }
      silence: SILENCE_GRANT
      silenceBasis: Invented law 8
    export: { as: .deadline }
- answer:
    listen:
      to:
        any:
          - with: { type: rangkai.workflow.v1.DeadlinePassed }
            correlate: { deadline: { from: .data.deadlineId, expect: "${ .deadline.deadlineId }" } }
          - with: { type: rangkai.registration.v1.DecisionConfirmed }
            correlate: { case: { from: .data.applicationId, expect: "${ .deadline.caseId }" } }
- outcome:
    switch:
      - silent: { when: '.[0].silence == "SILENCE_GRANT"', then: granted }
      - answered: { then: close }
- granted:
    set: { outcome: granted, by: silence, last: '${ .[0].lastDay }' }
    then: end
- close:
    call: rangkai.workflow.v1.DeadlineService.CloseDeadline:1@default
    with: { deadlineId: "${ $context.deadlineId }", reason: "${ .[0].decisionId }" }
    output: { as: "{ outcome: .deadline.outcome }" }"#;

async fn begun(kind: Kind) -> anyhow::Result<(House, Desk, Office)> {
    let house = House::calling_itself(kind).await?;
    let (desk, mut office) = (house.desk("korlantas")?, Office::of(&house, "korlantas")?);
    office.calendar("office").await?;
    desk.publish("case", CASE).await?;
    Ok((house, desk, office))
}

async fn listening(desk: &Desk, case: &str) -> anyhow::Result<Instance> {
    let instance = desk.start("case", &json!({"case": case})).await?;
    desk.at(&instance, "/do/1/answer").await
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workflow_that_hears_no_answer_ends_as_granted(#[case] kind: Kind) -> anyhow::Result<()> {
    let (house, desk, office) = begun(kind).await?;
    let _process = house.process().await?;
    let case = fresh();
    let instance = listening(&desk, &case).await?;

    house.clock.advance(6 * DAY);

    let output = output(&desk.end(&instance).await?);
    let last = serde_json::to_value(date_of(&office, 5))?;
    assert_eq!(output, json!({"outcome": "granted", "by": "silence", "last": last}));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workflow_that_hears_the_officer_closes_the_clock(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let (house, desk, office) = begun(kind).await?;
    let _process = house.process().await?;
    let case = fresh();
    let instance = listening(&desk, &case).await?;
    let decision = DecisionConfirmed {
        decision_id: fresh(),
        application_id: case.clone(),
        ..DecisionConfirmed::default()
    };

    house.clock.advance(4 * DAY);
    house.double.tell("korlantas", &case, &decision);

    let output = output(&desk.end(&instance).await?);
    assert_eq!(output, json!({"outcome": "DEADLINE_OUTCOME_IN_TIME"}));
    let request =
        rangkai_proto::workflow::v1::ListDeadlinesRequest { case_id: case, ..Default::default() };
    let found = office.deadlines.clone().list_deadlines(request).await?.into_inner().deadlines;
    assert_eq!(found[0].state(), DeadlineState::Closed);
    Ok(())
}

/// Nobody was there for a week; then two processes begin at the same time.
#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silence_is_told_once_however_late_and_by_however_many(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut office = Office::of(&house, "korlantas")?;
    office.calendar("office").await?;
    let mut started = Vec::new();
    for silence in [Silence::Grant, Silence::Escalate, Silence::Nothing].repeat(4) {
        started.push((office.start(start("office", working_days(1), silence)).await?, silence));
    }
    let stands = office.start(start("office", working_days(1), Silence::Grant)).await?;
    office.deadlines.stop_deadline(stop(&stands, "a letter")).await?;
    let last = office.start(start("office", working_days(12), Silence::Nothing)).await?;

    house.clock.advance(9 * DAY);
    let (_one, _other) = (house.process().await?, house.process().await?);
    for (it, _) in &started {
        office.facts::<DeadlinePassed>(&it.deadline_id, 1).await?;
    }
    // Both have looked at all of them again when this one passes.
    house.clock.advance(9 * DAY);
    office.facts::<DeadlinePassed>(&last.deadline_id, 1).await?;

    for (it, silence) in &started {
        let told = office.facts::<DeadlinePassed>(&it.deadline_id, 0).await?;
        let told: Vec<_> = told.iter().map(|fact| (&fact.case_id, fact.silence())).collect();
        assert_eq!(told, [(&it.case_id, *silence)]);
        assert_eq!(office.get(it).await?.deadline.unwrap().state(), DeadlineState::Passed);
    }
    assert_eq!(office.facts::<DeadlinePassed>(&stands.deadline_id, 0).await?.len(), 0);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_after_the_end_is_late_and_the_silence_is_told_first(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut office = Office::of(&house, "korlantas")?;
    office.calendar("office").await?;
    let it = office.start(start("office", working_days(1), Silence::Escalate)).await?;
    house.clock.advance(2 * DAY);
    // Nobody has noticed yet, and yet its time is over.
    let (code, why, metadata) = refused(office.deadlines.stop_deadline(stop(&it, "late")).await);
    assert_eq!(code, Code::FailedPrecondition);
    assert_eq!(why, ErrorReason::DeadlineNotRunning.as_str_name());
    assert!(metadata.contains(&("state".to_owned(), "passed".to_owned())));

    let closed = office.deadlines.close_deadline(close(&it)).await?.into_inner().deadline;

    assert_eq!(closed.unwrap().outcome(), DeadlineOutcome::Late);
    assert_eq!(office.facts::<DeadlinePassed>(&it.deadline_id, 0).await?.len(), 1);
    let told = office.facts::<DeadlineClosed>(&it.deadline_id, 0).await?;
    assert_eq!(told[0].outcome(), DeadlineOutcome::Late);
    Ok(())
}

/// A day as the workflow sees it.
fn date_of(office: &Office, days: u64) -> Value {
    let date = rangkai_proto::date(office.day(days));
    json!({"year": date.year, "month": date.month, "day": date.day})
}
