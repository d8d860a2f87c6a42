//! Every method that changes something, asked twice: the first answer again, and one effect.

use std::fmt::Debug;

use rangkai_proto::{
    events::v1::{ReadEventsRequest, event_service_client::EventServiceClient},
    registration::v1::{ErrorReason, TaskKind},
};
use rangkai_testkit::{Kind, caller, fresh};
use rstest::rstest;
use serde_json::json;
use tonic::{Code, Response, Status};

use super::{
    applications::{lapse, save, withdraw},
    decisions::{confirm, give_back},
    invariants,
    office::{
        Office, PERMIT, draft_of, evaluate, propose, publish, refused, somebody, submit, task,
    },
    records::issue,
    tasks::{cancel, claim, complete, release},
};

/// Sends `request` twice and then `other`, which has the same id and other content.
async fn twice<Q: Clone, A: PartialEq + Debug, F>(
    (request, other): (Q, Q),
    send: impl Fn(Q) -> F,
) -> anyhow::Result<A>
where
    F: Future<Output = Result<Response<A>, Status>>,
{
    let first = send(request.clone()).await?.into_inner();
    let again = send(request).await?.into_inner();
    assert_eq!(first, again);
    refused(send(other).await, Code::AlreadyExists, ErrorReason::RequestIdReused);
    Ok(first)
}

/// A request, and the same with one field changed.
fn other<Q: Clone>(request: Q, change: impl FnOnce(&mut Q)) -> (Q, Q) {
    let mut changed = request.clone();
    change(&mut changed);
    (request, changed)
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn applications_are_changed_once(#[case] kind: Kind) -> anyhow::Result<()> {
    let office = Office::open(kind).await?;
    let desk = office.desk("korlantas", "system", &[]);
    let elsewhere = fresh;

    let requests = other(publish(PERMIT), |it| it.definition = PERMIT.replace("1.0.0", "2.0.0"));
    twice(requests, async |it| desk.catalogue.clone().publish_service(it).await).await?;
    let requests = other(draft_of(&somebody()), |it| it.applicant_subject_id = somebody());
    let draft = twice(requests, async |it| desk.applications.clone().create_application(it).await);
    let draft = draft.await?.application.unwrap();
    let answers = json!({"kind": "small", "shares": 1, "parts": 1});
    let requests = other(save(&draft, &answers, ""), |it| it.etag = draft.etag.clone());
    twice(requests, async |it| desk.applications.clone().save_answers(it).await).await?;
    let requests = other(submit(&draft), |it| it.application_id = elsewhere());
    twice(requests, async |it| desk.applications.clone().submit_application(it).await).await?;
    let requests = other(evaluate(&draft, &json!({})), |it| it.application_id = elsewhere());
    twice(requests, async |it| desk.applications.clone().evaluate_application(it).await).await?;
    let requests = other(withdraw(&draft), |it| it.reason = "other".to_owned());
    twice(requests, async |it| desk.applications.clone().withdraw_application(it).await).await?;
    let second = desk.clone().submitted().await?;
    let requests = other(lapse(&second), |it| it.reason = "other".to_owned());
    twice(requests, async |it| desk.applications.clone().lapse_application(it).await).await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn tasks_decisions_and_records_are_changed_once(#[case] kind: Kind) -> anyhow::Result<()> {
    let office = Office::open(kind).await?;
    let mut desk = office.system().await?;
    let (mut one, mut two) = office.officers();
    let elsewhere = fresh;
    let application = desk.evaluated().await?;

    let requests = other(task(&application, TaskKind::Check, ""), |it| it.role = "head".to_owned());
    let check = twice(requests, async |it| desk.tasks.clone().create_task(it).await).await?;
    let check = check.task.unwrap();
    let requests = other(claim(&check), |it| it.task_id = elsewhere());
    twice(requests, async |it| one.tasks.clone().claim_task(it).await).await?;
    let requests = other(release(&check), |it| it.task_id = elsewhere());
    twice(requests, async |it| one.tasks.clone().release_task(it).await).await?;
    one.tasks.claim_task(claim(&check)).await?;
    let requests = other(complete(&check), |it| it.outcome = "other".to_owned());
    twice(requests, async |it| one.tasks.clone().complete_task(it).await).await?;
    let spare = desk.tasks.create_task(task(&application, TaskKind::Check, "")).await?;
    let spare = spare.into_inner().task.unwrap();
    let requests = other(cancel(&spare), |it| it.task_id = elsewhere());
    twice(requests, async |it| desk.tasks.clone().cancel_task(it).await).await?;

    let proposed = desk.proposed(&mut one, &application).await?;
    let second = desk.confirming(&mut two, &application, &proposed).await?;
    let requests = other(give_back(&second), |it| it.reason = "other".to_owned());
    twice(requests, async |it| two.decisions.clone().return_decision(it).await).await?;
    let work = desk.claimed(&mut one, task(&application, TaskKind::ProposeDecision, "")).await?;
    let requests = other(propose(&work, true), |it| it.note = "other".to_owned());
    let proposed = twice(requests, async |it| one.decisions.clone().propose_decision(it).await);
    let proposed = proposed.await?.decision.unwrap();
    let second = desk.confirming(&mut two, &application, &proposed).await?;
    let requests = other(confirm(&second), |it| it.task_id = elsewhere());
    twice(requests, async |it| two.decisions.clone().confirm_decision(it).await).await?;
    let requests = other(issue(&application), |it| it.application_id = elsewhere());
    twice(requests, async |it| desk.records.clone().issue_record(it).await).await?;

    let expected = [
        "ApplicationSubmitted",
        "TaskCompleted",
        "TaskCompleted",
        "DecisionProposed",
        "TaskCompleted",
        "DecisionReturned",
        "TaskCompleted",
        "DecisionProposed",
        "TaskCompleted",
        "DecisionConfirmed",
        "RecordIssued",
    ];
    assert_eq!(told(&office, expected.len()).await?, expected);
    invariants::check(&office).await
}

/// The first facts that the block told, by their names.
async fn told(office: &Office, count: usize) -> anyhow::Result<Vec<String>> {
    let reader = caller("korlantas", &["events.read"], &[]);
    let client = office.keys.client(office.channel.clone(), &reader)?;
    let request = ReadEventsRequest::default();
    let mut stream = EventServiceClient::new(client).read_events(request).await?.into_inner();
    let mut names = Vec::new();
    while names.len() < count {
        let Some(answer) = stream.message().await? else { break };
        let events = answer.event.into_iter();
        names.extend(events.map(|event| event.r#type.rsplit('.').next().unwrap().to_owned()));
    }
    Ok(names)
}
