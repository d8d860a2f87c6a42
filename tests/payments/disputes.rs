//! A disputed payment is held until the bank has decided, and two people recorded it.

use rangkai_proto::payments::v1::{
    self as wire, Dispute, DisputeReason, DisputeState, EndDisputeRequest, ErrorReason,
    OpenDisputeRequest, dispute_service_client::DisputeServiceClient,
};
use rangkai_testkit::{Client, Kind, fresh};
use rstest::rstest;
use tonic::Status;

use super::{
    books::Books,
    contract::once,
    support::{House, person, reason, refused, rupiah},
};

type Disputes = DisputeServiceClient<Client>;

fn dispute(bill_id: &str, rupiahs: i64) -> OpenDisputeRequest {
    OpenDisputeRequest {
        request_id: fresh(),
        bill_id: bill_id.to_owned(),
        amount: Some(rupiah(rupiahs)),
        reason: DisputeReason::NotAuthorised.into(),
        bank_code: "002".to_owned(),
        bank_case: fresh(),
    }
}

async fn open(disputes: &Disputes, request: OpenDisputeRequest) -> Result<Dispute, Status> {
    Ok(disputes.clone().open_dispute(request).await?.into_inner().dispute.unwrap())
}

async fn end(disputes: &Disputes, it: &Dispute, won: bool) -> Result<Dispute, Status> {
    let dispute_id = it.dispute_id.clone();
    let request =
        EndDisputeRequest { request_id: fresh(), dispute_id, won, ..EndDisputeRequest::default() };
    Ok(disputes.clone().end_dispute(request).await?.into_inner().dispute.unwrap())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_disputed_payment_is_held_until_two_people_recorded_its_end(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let [tuti, joko] = ["tuti", "joko"].map(|name| {
        person(&house, "korlantas", name).map(|desk| DisputeServiceClient::new(desk.client))
    });
    let (tuti, joko) = (tuti?, joko?);
    let bill = desk.bill().await?;
    let unpaid = open(&tuti, dispute(&bill.bill_id, 1)).await;
    assert_eq!(refused(unpaid), ErrorReason::BillNotPaid);
    house.bank("bank-bri")?.remittances.record_remittance(house.payment(&bill, "002")).await?;

    let request = dispute(&bill.bill_id, 50_000);
    let other = OpenDisputeRequest { amount: None, ..request.clone() };
    let send = |request| {
        let mut tuti = tuti.clone();
        async move { tuti.open_dispute(request).await }
    };
    let opened = once(&request.request_id.clone(), [request.clone(), other], send).await?;
    let opened = opened.dispute.unwrap();
    let again = OpenDisputeRequest { request_id: fresh(), ..request };
    let known = (ErrorReason::DisputeKnown, opened.dispute_id.clone());
    assert_eq!(reason(open(&tuti, again).await, "dispute_id"), known);

    // What is disputed cannot also be refunded.
    let left = (ErrorReason::RefundExceedsBill, "2500000".to_owned());
    assert_eq!(reason(desk.refund(&bill, Some(50_000)).await, "refundable_minor"), left);

    let answer = wire::AnswerDisputeRequest {
        request_id: fresh(),
        dispute_id: opened.dispute_id.clone(),
        evidence: vec!["sha256:00ff".to_owned()],
    };
    let answered = tuti.clone().answer_dispute(answer.clone()).await?.into_inner().dispute.unwrap();
    assert_eq!(
        (answered.state(), answered.evidence),
        (DisputeState::Answered, answer.evidence.clone())
    );
    assert_eq!(refused(end(&tuti, &opened, true).await), ErrorReason::SamePerson);
    let held = desk.see(&bill).await?;
    let won = end(&joko, &opened, true).await?;
    let restored = desk.see(&bill).await?;
    assert_ne!(restored.etag, held.etag);
    assert_eq!((won.state(), won.ended_by.as_str()), (DisputeState::Won, "joko"));
    let ended = (ErrorReason::DisputeEnded, "won".to_owned());
    assert_eq!(reason(end(&joko, &opened, false).await, "state"), ended);
    let late = wire::AnswerDisputeRequest { request_id: fresh(), ..answer };
    assert_eq!(refused(tuti.clone().answer_dispute(late).await), ErrorReason::DisputeEnded);

    let before = desk.see(&bill).await?;
    let lost = open(&tuti, dispute(&bill.bill_id, 75_000)).await?;
    let held = desk.see(&bill).await?;
    assert_ne!(held.etag, before.etag);
    assert_eq!(refused(desk.bill_again(&bill).await), ErrorReason::CaseAlreadyBilled);
    assert_eq!(end(&joko, &lost, false).await?.state(), DisputeState::Lost);
    // Nothing is left of what was paid, so the case can be charged again.
    assert!(desk.bill_again(&bill).await.is_ok());
    let books = Books::open(&house).await?;
    assert_eq!((books.balance("bank").await?, books.balance("disputes").await?), (0, 0));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_dispute_is_of_one_agency_and_its_money_must_still_be_there(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let tuti = DisputeServiceClient::new(person(&house, "korlantas", "tuti")?.client);
    let joko = DisputeServiceClient::new(person(&house, "korlantas", "joko")?.client);
    let (first, second) = (desk.bill().await?, desk.bill().await?);
    for bill in [&first, &second] {
        house.bank("bank-bri")?.remittances.record_remittance(house.payment(bill, "002")).await?;
    }
    let disputed = open(&tuti, dispute(&first.bill_id, 75_000)).await?;

    let mut stranger = DisputeServiceClient::new(house.agency("imigrasi")?.client);
    let foreign = open(&stranger, dispute(&first.bill_id, 1)).await;
    assert_eq!(refused(foreign), ErrorReason::BillNotFound);
    let get = wire::GetDisputeRequest { dispute_id: disputed.dispute_id.clone() };
    assert_eq!(refused(stranger.get_dispute(get.clone()).await), ErrorReason::DisputeNotFound);
    assert_eq!(tuti.clone().get_dispute(get).await?.into_inner().dispute, Some(disputed.clone()));
    let list = wire::ListDisputesRequest { state: DisputeState::Open.into(), ..Default::default() };
    assert_eq!(tuti.clone().list_disputes(list).await?.into_inner().disputes.len(), 1);

    // All of the account is set aside for something else.
    let books = Books::open(&house).await?;
    books
        .change(
            "UPDATE account SET reserved_out_minor = balance_minor WHERE code = 'bank'".to_owned(),
        )
        .await?;
    assert_eq!(refused(end(&joko, &disputed, false).await), ErrorReason::BankShort);
    Ok(())
}
