//! Decisions: two officers, four eyes, and a finding for each rule.

use rangkai_proto::registration::v1::{
    ApplicationState, ConfirmDecisionRequest, Decision, DecisionOutcome, DecisionState,
    ErrorReason, GetApplicationRequest, GetDecisionRequest, ReturnDecisionRequest, Task, TaskKind,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use sea_orm::ConnectionTrait as _;
use tonic::Code;

use super::{
    applications::{lapse, withdraw},
    invariants,
    office::{Office, fields, finding, propose, refused, task},
    tasks::claim,
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn two_officers_refuse_with_a_finding_for_each_rule(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let office = Office::open(kind).await?;
    let mut desk = office.system().await?;
    let (mut one, mut two) = office.officers();
    let application = desk.evaluated().await?;
    let work = desk.claimed(&mut one, task(&application, TaskKind::ProposeDecision, "")).await?;

    let proposed = one.decisions.propose_decision(propose(&work, false)).await?.into_inner();
    let proposed = proposed.decision.unwrap();
    let second = desk.confirming(&mut two, &application, &proposed).await?;
    let confirmed = two.decisions.confirm_decision(confirm(&second)).await?.into_inner();

    let decision = confirmed.decision.unwrap();
    let said: Vec<_> = decision.findings.iter().map(|it| (it.rule_id.as_str(), it.met)).collect();
    assert_eq!(said, [("AGE", true), ("SHARE", true), ("PAPERS", false)]);
    assert_eq!(decision.findings[2].explanation, "A page is missing.");
    assert_eq!(decision.state(), DecisionState::Confirmed);
    assert_eq!(
        (decision.proposed_by.as_str(), decision.decided_by.as_str()),
        ("officer-one", "officer-two")
    );
    let get = GetApplicationRequest { application_id: application.application_id };
    let refused = desk.applications.get_application(get).await?.into_inner().application.unwrap();
    assert_eq!(refused.state(), ApplicationState::Refused);
    assert_eq!(refused.findings, decision.findings);
    invariants::check(&office).await
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_proposal_answers_every_rule_and_no_other(#[case] kind: Kind) -> anyhow::Result<()> {
    let office = Office::open(kind).await?;
    let mut desk = office.system().await?;
    let (mut one, _) = office.officers();
    let (application, unjudged) = (desk.evaluated().await?, desk.submitted().await?);
    let kind = TaskKind::ProposeDecision;
    let work = desk.claimed(&mut one, task(&application, kind, "")).await?;
    let early = desk.claimed(&mut one, task(&unjudged, kind, "")).await?;
    let with = |findings: &[_], outcome: DecisionOutcome| {
        let mut request = propose(&work, true);
        request.outcome = outcome.into();
        request.findings = findings.to_vec();
        request
    };
    let (grant, refuse) = (DecisionOutcome::Grant, DecisionOutcome::Refuse);
    let precondition = Code::FailedPrecondition;

    let silent = one.decisions.propose_decision(with(&[], grant)).await;
    assert_eq!(refused(silent, precondition, ErrorReason::FindingMissing)["rule_id"], "PAPERS");
    let unjudged = one.decisions.propose_decision(propose(&early, true)).await;
    assert_eq!(refused(unjudged, precondition, ErrorReason::FindingMissing)["rule_id"], "AGE");
    for rule in ["AGE", "WEATHER"] {
        let findings = [finding("PAPERS", true), finding(rule, true)];
        let answer = one.decisions.propose_decision(with(&findings, grant)).await;
        assert_eq!(refused(answer, precondition, ErrorReason::FindingUnknown)["rule_id"], rule);
    }
    for (met, outcome) in [(false, grant), (true, refuse)] {
        let answer = one.decisions.propose_decision(with(&[finding("PAPERS", met)], outcome)).await;
        refused(answer, precondition, ErrorReason::OutcomeContradictsFindings);
    }
    let mut mute = finding("PAPERS", false);
    mute.explanation.clear();
    let findings = [mute, finding("PAPERS", false)];
    let named = fields(one.decisions.propose_decision(with(&findings, refuse)).await);
    assert_eq!(named, ["findings[0].explanation", "findings[1].rule_id"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn whoever_proposed_cannot_confirm(#[case] kind: Kind) -> anyhow::Result<()> {
    let office = Office::open(kind).await?;
    let mut desk = office.system().await?;
    let (mut one, mut two) = office.officers();
    let application = desk.evaluated().await?;
    let proposed = desk.proposed(&mut one, &application).await?;
    let second = task(&application, TaskKind::ConfirmDecision, &proposed.decision_id);
    let second = desk.tasks.create_task(second).await?.into_inner().task.unwrap();

    let claimed = one.tasks.claim_task(claim(&second)).await;
    let confirmed = one.decisions.confirm_decision(confirm(&second)).await;
    let returned = one.decisions.return_decision(give_back(&second)).await;

    let (code, reason) = (Code::PermissionDenied, ErrorReason::SameOfficer);
    assert_eq!(refused(claimed, code, reason)["decision_id"], proposed.decision_id);
    refused(confirmed, code, reason);
    refused(returned, code, reason);
    let unclaimed = two.decisions.confirm_decision(confirm(&second)).await;
    refused(unclaimed, Code::FailedPrecondition, ErrorReason::TaskNotClaimed);

    // The rows hold it too, whatever the code does.
    let rows = invariants::rows(&office).await?;
    let impossible = [
        "UPDATE decision SET state = 'confirmed', decided_by = proposed_by",
        "UPDATE task SET state = 'claimed', officer = barred_officer WHERE decision_id IS NOT NULL",
        "UPDATE task SET agency = 'kemensos'",
    ];
    for statement in impossible {
        assert!(rows.execute_unprepared(statement).await.is_err(), "{statement}");
    }
    rows.close().await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_decision_takes_effect_once(#[case] kind: Kind) -> anyhow::Result<()> {
    let office = Office::open(kind).await?;
    let mut desk = office.system().await?;
    let (mut one, mut two) = office.officers();
    let mut three = office.desk("korlantas", "officer-three", &["clerk"]);
    let application = desk.evaluated().await?;
    let proposed = desk.proposed(&mut one, &application).await?;
    let second = desk.confirming(&mut two, &application, &proposed).await?;
    let third = desk.confirming(&mut three, &application, &proposed).await?;

    let (first, other) = tokio::join!(
        two.decisions.confirm_decision(confirm(&second)),
        three.decisions.confirm_decision(confirm(&third)),
    );

    let lost = if first.is_ok() { other } else { first };
    refused(lost, Code::FailedPrecondition, ErrorReason::TaskNotClaimed);
    let again = two.decisions.confirm_decision(confirm(&second)).await;
    refused(again, Code::FailedPrecondition, ErrorReason::TaskNotClaimed);
    let get = GetDecisionRequest { decision_id: proposed.decision_id };
    let kept = desk.decisions.get_decision(get).await?.into_inner().decision.unwrap();
    assert_eq!(kept.state(), DecisionState::Confirmed);
    invariants::check(&office).await
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_returned_decision_makes_room_for_another(#[case] kind: Kind) -> anyhow::Result<()> {
    let office = Office::open(kind).await?;
    let mut desk = office.system().await?;
    let (mut one, mut two) = office.officers();
    let application = desk.evaluated().await?;
    let proposed = desk.proposed(&mut one, &application).await?;
    let spare = desk.claimed(&mut one, task(&application, TaskKind::ProposeDecision, "")).await?;
    let second = desk.confirming(&mut two, &application, &proposed).await?;
    let third = desk.confirming(&mut two, &application, &proposed).await?;

    let pending = one.decisions.propose_decision(propose(&spare, true)).await;
    let returned = two.decisions.return_decision(give_back(&second)).await?.into_inner();
    let late = two.decisions.confirm_decision(confirm(&third)).await;
    let kind = TaskKind::ConfirmDecision;
    let over = desk.tasks.create_task(task(&application, kind, &proposed.decision_id)).await;
    let other = one.decisions.propose_decision(propose(&spare, false)).await?.into_inner();

    let metadata = refused(pending, Code::FailedPrecondition, ErrorReason::DecisionPending);
    assert_eq!(metadata["decision_id"], proposed.decision_id);
    let returned = returned.decision.unwrap();
    assert_eq!(returned.state(), DecisionState::Returned);
    assert_eq!(returned.return_reason, "Look again.");
    refused(late, Code::FailedPrecondition, ErrorReason::DecisionNotProposed);
    refused(over, Code::FailedPrecondition, ErrorReason::DecisionNotProposed);
    assert_eq!(other.decision.unwrap().state(), DecisionState::Proposed);
    invariants::check(&office).await
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_task_is_completed_in_its_own_way_only(#[case] kind: Kind) -> anyhow::Result<()> {
    let office = Office::open(kind).await?;
    let mut desk = office.system().await?;
    let (mut one, _) = office.officers();
    let mut stranger = office.desk("kemensos", "officer-one", &["clerk"]);
    let application = desk.evaluated().await?;
    let check = desk.claimed(&mut one, task(&application, TaskKind::Check, "")).await?;
    let work = desk.claimed(&mut one, task(&application, TaskKind::ProposeDecision, "")).await?;

    let (code, reason) = (Code::FailedPrecondition, ErrorReason::TaskKindMismatch);
    refused(one.decisions.propose_decision(propose(&check, true)).await, code, reason);
    refused(one.decisions.confirm_decision(confirm(&check)).await, code, reason);
    refused(one.decisions.return_decision(give_back(&work)).await, code, reason);
    refused(one.tasks.complete_task(super::tasks::complete(&work)).await, code, reason);
    let (found, missing) = (Code::NotFound, ErrorReason::TaskNotFound);
    refused(stranger.decisions.propose_decision(propose(&work, true)).await, found, missing);
    refused(stranger.decisions.confirm_decision(confirm(&work)).await, found, missing);
    refused(stranger.decisions.return_decision(give_back(&work)).await, found, missing);
    let proposed = one.decisions.propose_decision(propose(&work, true)).await?.into_inner();
    let Decision { decision_id, .. } = proposed.decision.unwrap();
    let get = stranger.decisions.get_decision(GetDecisionRequest { decision_id }).await;
    refused(get, found, ErrorReason::DecisionNotFound);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_closed_application_returns_its_decision(#[case] kind: Kind) -> anyhow::Result<()> {
    let office = Office::open(kind).await?;
    let mut desk = office.system().await?;
    let (mut one, mut two) = office.officers();
    let (first, second) = (desk.evaluated().await?, desk.evaluated().await?);
    let of_first = desk.proposed(&mut one, &first).await?;
    let of_second = desk.proposed(&mut one, &second).await?;
    let waiting = desk.confirming(&mut two, &second, &of_second).await?;

    desk.applications.withdraw_application(withdraw(&first)).await?;
    desk.applications.lapse_application(lapse(&second)).await?;

    let late = two.decisions.confirm_decision(confirm(&waiting)).await;
    refused(late, Code::FailedPrecondition, ErrorReason::TaskNotClaimed);
    for Decision { decision_id, .. } in [of_first, of_second] {
        let get = GetDecisionRequest { decision_id };
        let returned = desk.decisions.get_decision(get).await?.into_inner().decision.unwrap();
        assert_eq!(returned.state(), DecisionState::Returned);
        assert_eq!(
            (returned.return_reason.as_str(), returned.decided_by.as_str()),
            ("application_closed", "")
        );
    }
    let rows = invariants::rows(&office).await?;
    let told =
        "SELECT count(*) AS n FROM event WHERE type = 'rangkai.registration.v1.DecisionReturned'";
    assert_eq!(invariants::number(&rows, told).await?, 2);
    rows.close().await?;
    invariants::check(&office).await
}

pub(crate) fn confirm(task: &Task) -> ConfirmDecisionRequest {
    ConfirmDecisionRequest { request_id: fresh(), task_id: task.task_id.clone() }
}

pub(crate) fn give_back(task: &Task) -> ReturnDecisionRequest {
    let reason = "Look again.".to_owned();
    ReturnDecisionRequest { request_id: fresh(), task_id: task.task_id.clone(), reason }
}
