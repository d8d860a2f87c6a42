//! Applications: begun, handed in, evaluated, closed.

use rangkai_proto::{
    registration::v1::{
        Application, ApplicationState, ErrorReason, GetApplicationRequest, IssueRecordRequest,
        LapseApplicationRequest, ListApplicationsRequest, ListTasksRequest, SaveAnswersRequest,
        Task, TaskKind, TaskState, WithdrawApplicationRequest,
    },
    r#type::v1::Text,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use serde_json::{Value, json};
use tonic::Code;

use super::{
    invariants,
    office::{Office, draft_of, evaluate, fields, object, refused, somebody, submit, task},
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn answers_are_checked_in_full_when_they_are_handed_in(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let office = Office::open(kind).await?;
    let mut desk = office.system().await?;
    let mut unknown = draft_of(&somebody());
    unknown.answers = object(&json!({"colour": "red"}));
    let draft = desk.draft().await?;

    let refused_draft = desk.applications.create_application(unknown).await;
    let incomplete = json!({"kind": "huge", "contact": {"phone": "x", "fax": "y"}});
    desk.applications.save_answers(save(&draft, &incomplete, "")).await?;
    let refused_submit = desk.applications.submit_application(submit(&draft)).await;

    assert_eq!(fields(refused_draft), ["answers.colour"]);
    let expected = [
        "answers.contact.fax",
        "answers.contact.phone",
        "answers.kind",
        "answers.parts",
        "answers.shares",
    ];
    assert_eq!(fields(refused_submit), expected);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_draft_is_edited_and_handed_in_once(#[case] kind: Kind) -> anyhow::Result<()> {
    let office = Office::open(kind).await?;
    let mut desk = office.system().await?;
    let draft = desk.draft().await?;
    let answers = json!({"kind": "large", "shares": 1, "parts": 1});

    let saved = desk.applications.save_answers(save(&draft, &answers, &draft.etag)).await?;
    let stale = desk.applications.save_answers(save(&draft, &answers, &draft.etag)).await;
    let submitted = desk.applications.submit_application(submit(&draft)).await?.into_inner();
    let again = desk.applications.submit_application(submit(&draft)).await?.into_inner();
    let late = desk.applications.save_answers(save(&draft, &answers, "")).await;

    let saved = saved.into_inner().application.unwrap();
    assert_eq!(refused(stale, Code::Aborted, ErrorReason::StaleEtag)["etag"], saved.etag);
    assert_eq!(submitted, again);
    let submitted = submitted.application.unwrap();
    assert_eq!(submitted.state(), ApplicationState::Submitted);
    assert_eq!(submitted.determinations, object(&json!({"minimum_age": 18})));
    let metadata = refused(late, Code::FailedPrecondition, ErrorReason::ApplicationNotDraft);
    assert_eq!(metadata["state"], "submitted");
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_person_has_one_application_at_a_time(#[case] kind: Kind) -> anyhow::Result<()> {
    let office = Office::open(kind).await?;
    let mut desk = office.system().await?;
    let person = somebody();
    let mut drafts = Vec::new();
    for _ in 0..2 {
        let answer = desk.applications.create_application(draft_of(&person)).await?;
        drafts.push(answer.into_inner().application.unwrap());
    }

    let (mut one, mut two) = (desk.clone(), desk.clone());
    let (first, second) = tokio::join!(
        one.applications.submit_application(submit(&drafts[0])),
        two.applications.submit_application(submit(&drafts[1])),
    );

    let (won, lost) = if first.is_ok() { (&drafts[0], second) } else { (&drafts[1], first) };
    let metadata = refused(lost, Code::FailedPrecondition, ErrorReason::ApplicationPending);
    assert_eq!(metadata["application_id"], won.application_id);
    desk.applications.withdraw_application(withdraw(won)).await?;
    let other = drafts.iter().find(|draft| draft.application_id != won.application_id).unwrap();
    desk.applications.submit_application(submit(other)).await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn the_rules_speak_and_are_kept(#[case] kind: Kind) -> anyhow::Result<()> {
    let office = Office::open(kind).await?;
    let mut desk = office.system().await?;
    let application = desk.submitted().await?;

    let before = desk.applications.evaluate_application(evaluate(&application, &json!({}))).await?;
    let facts = json!({"age_reached": true});
    let after = desk.applications.evaluate_application(evaluate(&application, &facts)).await?;

    let (before, after) = (before.into_inner(), after.into_inner());
    assert!(!before.eligible);
    assert!(after.eligible);
    assert_eq!(after.officer_rule_ids, ["PAPERS"]);
    assert_eq!(after.tariff_code, "permit.small");
    assert_eq!(after.determinations, object(&json!({"minimum_age": 1})));
    let said: Vec<_> = before.findings.iter().map(|it| (it.rule_id.as_str(), it.met)).collect();
    assert_eq!(said, [("AGE", false), ("SHARE", true)]);
    let kept = desk.applications.get_application(get(&application)).await?.into_inner();
    assert_eq!(kept.application.unwrap().findings, after.findings);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_expression_that_fails_changes_nothing(#[case] kind: Kind) -> anyhow::Result<()> {
    let office = Office::open(kind).await?;
    let mut desk = office.system().await?;
    let mut request = draft_of(&somebody());
    request.answers = object(&json!({"kind": "free", "shares": 1, "parts": 0}));
    let answer = desk.applications.create_application(request).await?;
    let draft = answer.into_inner().application.unwrap();
    let early = desk.applications.evaluate_application(evaluate(&draft, &json!({}))).await;
    desk.applications.submit_application(submit(&draft)).await?;

    let failed = desk.applications.evaluate_application(evaluate(&draft, &json!({}))).await;

    refused(early, Code::FailedPrecondition, ErrorReason::ApplicationNotSubmitted);
    let metadata = refused(failed, Code::FailedPrecondition, ErrorReason::RuleFailed);
    assert_eq!(metadata["rule_id"], "SHARE");
    let kept = desk.applications.get_application(get(&draft)).await?.into_inner();
    assert_eq!(kept.application.unwrap().findings, []);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_closed_application_takes_its_tasks_along(#[case] kind: Kind) -> anyhow::Result<()> {
    let office = Office::open(kind).await?;
    let mut desk = office.system().await?;
    let application = desk.submitted().await?;
    desk.tasks.create_task(task(&application, TaskKind::Check, "")).await?;

    let lapsed = desk.applications.lapse_application(lapse(&application)).await?.into_inner();
    let withdrawn = desk.applications.withdraw_application(withdraw(&application)).await;
    let again = desk.applications.lapse_application(lapse(&application)).await;

    let lapsed = lapsed.application.unwrap();
    assert_eq!(
        (lapsed.state(), lapsed.closing_reason.as_str()),
        (ApplicationState::Lapsed, "bill_expired")
    );
    refused(withdrawn, Code::FailedPrecondition, ErrorReason::ApplicationClosed);
    refused(again, Code::FailedPrecondition, ErrorReason::ApplicationClosed);
    let tasks = desk.tasks.list_tasks(ListTasksRequest::default()).await?.into_inner().tasks;
    assert_eq!(tasks.iter().map(Task::state).collect::<Vec<_>>(), [TaskState::Cancelled]);
    invariants::check(&office).await
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_list_is_filtered_paged_and_says_nothing_of_the_person(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let office = Office::open(kind).await?;
    let mut desk = office.system().await?;
    let submitted = [desk.submitted().await?, desk.submitted().await?, desk.submitted().await?];
    desk.draft().await?;

    let mut request = ListApplicationsRequest {
        state: ApplicationState::Submitted.into(),
        page_size: 2,
        ..ListApplicationsRequest::default()
    };
    let first = desk.applications.list_applications(request.clone()).await?.into_inner();
    request.page_token.clone_from(&first.next_page_token);
    let second = desk.applications.list_applications(request).await?.into_inner();

    let listed: Vec<_> = first.applications.iter().chain(&second.applications).collect();
    let ids: Vec<_> = listed.iter().map(|it| &it.application_id).collect();
    assert_eq!(ids, submitted.iter().rev().map(|it| &it.application_id).collect::<Vec<_>>());
    assert!(listed.iter().all(|it| it.answers.is_none() && it.findings.is_empty()));
    assert_eq!(second.next_page_token, "");
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn another_agency_finds_nothing(#[case] kind: Kind) -> anyhow::Result<()> {
    let office = Office::open(kind).await?;
    let application = office.system().await?.submitted().await?;
    let mut desk = office.desk("kemensos", "system", &["clerk"]);
    let draft = draft_of(&somebody()).answers.map(|_| json!({})).unwrap();
    let (found, missing) = (Code::NotFound, ErrorReason::ApplicationNotFound);

    refused(desk.applications.get_application(get(&application)).await, found, missing);
    refused(desk.applications.save_answers(save(&application, &draft, "")).await, found, missing);
    refused(desk.applications.submit_application(submit(&application)).await, found, missing);
    refused(desk.applications.withdraw_application(withdraw(&application)).await, found, missing);
    refused(desk.applications.lapse_application(lapse(&application)).await, found, missing);
    let judged = desk.applications.evaluate_application(evaluate(&application, &json!({}))).await;
    refused(judged, found, missing);
    let made = desk.tasks.create_task(task(&application, TaskKind::Check, "")).await;
    refused(made, found, missing);
    let application_id = application.application_id.clone();
    let issue = IssueRecordRequest { request_id: fresh(), application_id };
    refused(desk.records.issue_record(issue).await, found, missing);
    let listed = desk.applications.list_applications(ListApplicationsRequest::default()).await?;
    assert_eq!(listed.into_inner().applications, []);
    Ok(())
}

#[tokio::test]
async fn neither_answers_nor_titles_can_be_read_at_rest() -> anyhow::Result<()> {
    let office = Office::open(Kind::Sqlite).await?;
    let mut desk = office.system().await?;
    let draft = desk.draft().await?;
    let answers = json!({"kind": "small", "contact": {"phone": "0812999888777"}});
    desk.applications.save_answers(save(&draft, &answers, "")).await?;
    let mut check = task(&desk.submitted().await?, TaskKind::Check, "");
    let title =
        Text { id: "Telepon 0812999888777".to_owned(), en: "Call 0812999888777".to_owned() };
    check.title = Some(title.clone());
    desk.tasks.create_task(check).await?;
    let listed = desk.tasks.list_tasks(ListTasksRequest::default()).await?.into_inner().tasks;
    assert_eq!(listed.into_iter().map(|task| task.title).collect::<Vec<_>>(), [Some(title)]);

    let url = office.database.config.url.reveal();
    let file = url.trim_start_matches("sqlite://").split('?').next().unwrap();
    let folder = std::path::Path::new(file).parent().unwrap();

    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let content = std::fs::read(entry?.path())?;
        bytes += content.len();
        let found = content.windows(13).any(|window| window == b"0812999888777");
        assert!(!found, "what was written lies in the database as it is");
    }
    assert!(bytes > 0, "nothing was looked at");
    Ok(())
}

pub(crate) fn save(application: &Application, answers: &Value, etag: &str) -> SaveAnswersRequest {
    SaveAnswersRequest {
        request_id: fresh(),
        application_id: application.application_id.clone(),
        answers: object(answers),
        etag: etag.to_owned(),
    }
}

pub(crate) fn withdraw(application: &Application) -> WithdrawApplicationRequest {
    let application_id = application.application_id.clone();
    WithdrawApplicationRequest { request_id: fresh(), application_id, reason: String::new() }
}

pub(crate) fn lapse(application: &Application) -> LapseApplicationRequest {
    let application_id = application.application_id.clone();
    let reason = "bill_expired".to_owned();
    LapseApplicationRequest { request_id: fresh(), application_id, reason }
}

fn get(application: &Application) -> GetApplicationRequest {
    GetApplicationRequest { application_id: application.application_id.clone() }
}
