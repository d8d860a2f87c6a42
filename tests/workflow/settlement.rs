//! Dead letters: no instance that an error ended is forgotten.

use rangkai_primitives::Caller;
use rangkai_proto::workflow::v1::{
    ConfirmSettlementRequest, DeadLetter, ErrorReason, Instance, ListDeadLettersRequest,
    ProposeSettlementRequest, Settlement, dead_letter_service_client::DeadLetterServiceClient,
};
use rangkai_testkit::{Client, Kind, caller, fresh};
use rstest::rstest;
use serde_json::json;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::support::House;

const FAULT: &str = "- r: {raise: {error: {type: https://e.id/x, status: 409, title: no, \
                     detail: '${ \"not \" + .nik }'}}}";

/// A person of an agency who may settle.
fn person(house: &House, agency: &str, id: &str) -> anyhow::Result<Person> {
    let scopes = ["workflow.instances.read", "workflow.instances.settle"];
    let caller = Caller { id: id.to_owned(), ..caller(agency, &scopes, &[]) };
    Ok(Person(DeadLetterServiceClient::new(house.keys.client(house.channel.clone(), &caller)?)))
}

struct Person(DeadLetterServiceClient<Client>);

impl Person {
    async fn list(&self) -> Result<Vec<DeadLetter>, Status> {
        let request = ListDeadLettersRequest::default();
        Ok(self.0.clone().list_dead_letters(request).await?.into_inner().dead_letters)
    }

    async fn propose(&self, instance: &Instance, reason: &str) -> Result<Settlement, Status> {
        let request = ProposeSettlementRequest {
            request_id: fresh(),
            instance_id: instance.instance_id.clone(),
            reason: reason.to_owned(),
        };
        let answer = self.0.clone().propose_settlement(request).await?;
        Ok(answer.into_inner().settlement.unwrap())
    }

    async fn confirm(&self, settlement: &Settlement) -> Result<Settlement, Status> {
        let request = ConfirmSettlementRequest {
            request_id: fresh(),
            settlement_id: settlement.settlement_id.clone(),
        };
        let answer = self.0.clone().confirm_settlement(request).await?;
        Ok(answer.into_inner().settlement.unwrap())
    }
}

fn reason<T: std::fmt::Debug>(answer: Result<T, Status>) -> (Code, String) {
    let status = answer.unwrap_err();
    (status.code(), status.get_details_error_info().map(|info| info.reason).unwrap_or_default())
}

fn no(code: Code, reason: ErrorReason) -> (Code, String) {
    (code, reason.as_str_name().to_owned())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_is_listed_until_two_persons_settle_it(#[case] kind: Kind) -> anyhow::Result<()> {
    let (house, desk, _process) = House::at_work(kind).await?;
    let (first, second) =
        (person(&house, "korlantas", "budi")?, person(&house, "korlantas", "sari")?);
    let well = desk.begin("- s: {set: {x: 1}}", &json!({})).await?;
    desk.end(&well).await?;
    let faulted = desk.begin(FAULT, &json!({"nik": "3174054107880001"})).await?;
    desk.end(&faulted).await?;

    let letters = first.list().await?;
    assert_eq!(letters.len(), 1);
    let problem = letters[0].problem.clone().unwrap();
    assert_eq!((problem.r#type.as_str(), problem.detail.as_str()), ("https://e.id/x", ""));
    assert_eq!(letters[0].instance.clone().unwrap().instance_id, faulted.instance_id);
    let early = first.propose(&faulted, "called back").await?;
    let proposed = first.propose(&faulted, "paid by hand").await?;
    assert_eq!(second.list().await?[0].settlement, Some(proposed.clone()));

    let replaced = no(Code::NotFound, ErrorReason::SettlementNotFound);
    assert_eq!(reason(second.confirm(&early).await), replaced);
    let same = no(Code::PermissionDenied, ErrorReason::SamePerson);
    assert_eq!(reason(first.confirm(&proposed).await), same);
    let confirmed = second.confirm(&proposed).await?;
    assert_eq!(
        (confirmed.confirmed_by.as_str(), confirmed.reason.as_str()),
        ("sari", "paid by hand")
    );
    assert_eq!(first.list().await?, []);
    let settled = no(Code::FailedPrecondition, ErrorReason::InstanceSettled);
    assert_eq!(reason(first.confirm(&proposed).await), settled);
    assert_eq!(reason(second.propose(&faulted, "again").await), settled);
    let sound = no(Code::FailedPrecondition, ErrorReason::InstanceNotFaulted);
    assert_eq!(reason(first.propose(&well, "why not").await), sound);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_agency_sees_or_settles_the_faults_of_another(#[case] kind: Kind) -> anyhow::Result<()> {
    let (house, desk, _process) = House::at_work(kind).await?;
    let ours = person(&house, "korlantas", "budi")?;
    let theirs = person(&house, "dukcapil", "sari")?;
    let faulted = desk.begin(FAULT, &json!({"nik": "1"})).await?;
    desk.end(&faulted).await?;
    let proposed = ours.propose(&faulted, "paid by hand").await?;

    assert_eq!(theirs.list().await?, []);
    let unknown = no(Code::NotFound, ErrorReason::InstanceNotFound);
    assert_eq!(reason(theirs.propose(&faulted, "a").await), unknown);
    let unknown = no(Code::NotFound, ErrorReason::SettlementNotFound);
    assert_eq!(reason(theirs.confirm(&proposed).await), unknown);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_settlement_is_proposed_and_confirmed_once(#[case] kind: Kind) -> anyhow::Result<()> {
    let (house, desk, _process) = House::at_work(kind).await?;
    let first = person(&house, "korlantas", "budi")?.0;
    let second = person(&house, "korlantas", "sari")?.0;
    let faulted = desk.begin(FAULT, &json!({"nik": "1"})).await?;
    desk.end(&faulted).await?;
    let taken = no(Code::AlreadyExists, ErrorReason::RequestIdReused);

    let propose = ProposeSettlementRequest {
        request_id: fresh(),
        instance_id: faulted.instance_id.clone(),
        reason: "paid by hand".to_owned(),
    };
    let proposed = first.clone().propose_settlement(propose.clone()).await?.into_inner();
    let again = first.clone().propose_settlement(propose.clone()).await?.into_inner();
    assert_eq!(again, proposed);
    let other = ProposeSettlementRequest { reason: "b".to_owned(), ..propose };
    assert_eq!(reason(first.clone().propose_settlement(other).await), taken);
    let settlement_id = proposed.settlement.unwrap().settlement_id;
    let confirm = ConfirmSettlementRequest { request_id: fresh(), settlement_id };
    let confirmed = second.clone().confirm_settlement(confirm.clone()).await?.into_inner();
    let again = second.clone().confirm_settlement(confirm.clone()).await?.into_inner();
    assert_eq!(again, confirmed);
    let other = ConfirmSettlementRequest { settlement_id: fresh(), ..confirm };
    assert_eq!(reason(second.clone().confirm_settlement(other).await), taken);
    Ok(())
}
