//! Tasks: made, claimed by one officer, given back, completed, cancelled.

use rangkai_proto::registration::v1::{
    CancelTaskRequest, ClaimTaskRequest, CompleteTaskRequest, ErrorReason, GetTaskRequest,
    ListTasksRequest, ReleaseTaskRequest, Task, TaskKind, TaskState,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use tonic::Code;

use super::office::{Office, fields, refused, task};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_check_goes_from_hand_to_hand(#[case] kind: Kind) -> anyhow::Result<()> {
    let office = Office::open(kind).await?;
    let mut desk = office.system().await?;
    let (mut one, mut two) = office.officers();
    let application = desk.submitted().await?;
    let check = desk.claimed(&mut one, task(&application, TaskKind::Check, "")).await?;

    let busy = two.tasks.claim_task(claim(&check)).await;
    let again = one.tasks.claim_task(claim(&check)).await?.into_inner().task.unwrap();
    let strange = two.tasks.release_task(release(&check)).await;
    one.tasks.release_task(release(&check)).await?;
    two.tasks.claim_task(claim(&check)).await?;
    let done = two.tasks.complete_task(complete(&check)).await?.into_inner().task.unwrap();
    let twice = two.tasks.complete_task(complete(&check)).await;
    let gone = two.tasks.cancel_task(cancel(&check)).await;

    refused(busy, Code::FailedPrecondition, ErrorReason::TaskNotOpen);
    assert_eq!(again, check);
    refused(strange, Code::FailedPrecondition, ErrorReason::TaskNotClaimed);
    assert_eq!((done.state(), done.officer_id.as_str()), (TaskState::Completed, "officer-two"));
    assert_eq!((done.outcome.as_str(), done.note.as_str()), ("conform", "All there."));
    refused(twice, Code::FailedPrecondition, ErrorReason::TaskNotClaimed);
    refused(gone, Code::FailedPrecondition, ErrorReason::TaskCompleted);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn of_two_officers_who_claim_at_once_one_has_the_task(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let office = Office::open(kind).await?;
    let mut desk = office.system().await?;
    let (mut one, mut two) = office.officers();
    let application = desk.submitted().await?;
    for _ in 0..8 {
        let made = desk.tasks.create_task(task(&application, TaskKind::Check, "")).await?;
        let check = made.into_inner().task.unwrap();

        let (first, second) =
            tokio::join!(one.tasks.claim_task(claim(&check)), two.tasks.claim_task(claim(&check)));

        let (won, lost) = if first.is_ok() { (first, second) } else { (second, first) };
        let officer = won?.into_inner().task.unwrap().officer_id;
        refused(lost, Code::FailedPrecondition, ErrorReason::TaskNotOpen);
        let kept = desk.tasks.get_task(GetTaskRequest { task_id: check.task_id }).await?;
        assert_eq!(kept.into_inner().task.unwrap().officer_id, officer);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_task_is_for_officers_with_its_role(#[case] kind: Kind) -> anyhow::Result<()> {
    let office = Office::open(kind).await?;
    let mut desk = office.system().await?;
    let mut doorman = office.desk("korlantas", "doorman", &["doorman"]);
    let application = desk.submitted().await?;
    let draft = desk.draft().await?;
    let check = task(&application, TaskKind::Check, "");
    let made = desk.tasks.create_task(check.clone()).await?.into_inner().task.unwrap();

    let missing = doorman.tasks.claim_task(claim(&made)).await;
    let mut unknown = task(&application, TaskKind::Check, "");
    unknown.role = "astronaut".to_owned();
    let unknown = desk.tasks.create_task(unknown).await;
    let early = desk.tasks.create_task(task(&draft, TaskKind::Check, "")).await;
    let (confirm, nothing) = (TaskKind::ConfirmDecision, &fresh());
    let undecided = desk.tasks.create_task(task(&application, confirm, nothing)).await;
    let odd = desk.tasks.create_task(task(&application, TaskKind::Check, nothing)).await;
    let bare = desk.tasks.create_task(task(&application, confirm, "")).await;

    assert_eq!(refused(missing, Code::PermissionDenied, ErrorReason::RoleMissing)["role"], "clerk");
    let metadata = refused(unknown, Code::FailedPrecondition, ErrorReason::RoleUnknown);
    assert_eq!(metadata["role"], "astronaut");
    refused(early, Code::FailedPrecondition, ErrorReason::ApplicationNotSubmitted);
    refused(undecided, Code::NotFound, ErrorReason::DecisionNotFound);
    assert_eq!(fields(odd), ["decision_id"]);
    assert_eq!(fields(bare), ["decision_id"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_cancelled_task_stays_so_and_lists_are_of_the_agency(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let office = Office::open(kind).await?;
    let mut desk = office.system().await?;
    let (mut one, _) = office.officers();
    let mut stranger = office.desk("kemensos", "officer-one", &["clerk"]);
    let application = desk.submitted().await?;
    let check = desk.claimed(&mut one, task(&application, TaskKind::Check, "")).await?;

    let first = desk.tasks.cancel_task(cancel(&check)).await?.into_inner();
    let again = desk.tasks.cancel_task(cancel(&check)).await?.into_inner();
    let claimed = one.tasks.claim_task(claim(&check)).await;

    assert_eq!(first, again);
    refused(claimed, Code::FailedPrecondition, ErrorReason::TaskNotOpen);
    let (found, missing) = (Code::NotFound, ErrorReason::TaskNotFound);
    refused(stranger.tasks.claim_task(claim(&check)).await, found, missing);
    refused(stranger.tasks.release_task(release(&check)).await, found, missing);
    refused(stranger.tasks.complete_task(complete(&check)).await, found, missing);
    refused(stranger.tasks.cancel_task(cancel(&check)).await, found, missing);
    let get = GetTaskRequest { task_id: check.task_id.clone() };
    refused(stranger.tasks.get_task(get).await, found, missing);
    let listed = stranger.tasks.list_tasks(ListTasksRequest::default()).await?.into_inner();
    assert_eq!(listed.tasks, []);
    let role = ListTasksRequest { role: "clerk".to_owned(), ..ListTasksRequest::default() };
    assert_eq!(desk.tasks.list_tasks(role).await?.into_inner().tasks.len(), 1);
    Ok(())
}

pub(crate) fn claim(task: &Task) -> ClaimTaskRequest {
    ClaimTaskRequest { request_id: fresh(), task_id: task.task_id.clone() }
}

pub(crate) fn release(task: &Task) -> ReleaseTaskRequest {
    ReleaseTaskRequest { request_id: fresh(), task_id: task.task_id.clone() }
}

pub(crate) fn cancel(task: &Task) -> CancelTaskRequest {
    CancelTaskRequest { request_id: fresh(), task_id: task.task_id.clone() }
}

pub(crate) fn complete(task: &Task) -> CompleteTaskRequest {
    CompleteTaskRequest {
        request_id: fresh(),
        task_id: task.task_id.clone(),
        outcome: "conform".to_owned(),
        note: "All there.".to_owned(),
    }
}
