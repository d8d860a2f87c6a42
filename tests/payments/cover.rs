//! What is not the agency's stays at the banks.

use rangkai_proto::payments::v1::{
    Bill, ConfirmSuspenseResolutionRequest, DisputeReason, EndDisputeRequest, ErrorReason,
    OpenDisputeRequest, RecordRemittanceRequest, Remittance, ResolveSuspenseRequest, SuspenseItem,
    SuspenseResolution, SuspenseState, SweepToTreasuryRequest,
    dispute_service_client::DisputeServiceClient,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use tonic::Status;

use super::support::{Desk, House, person, reason, refused, rupiah};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn money_of_payers_is_not_handed_on(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    // Rp5,000 too much is a credit, and Rp1,000 waits in suspense.
    pay(&house, &desk, 80_000).await?;
    pay(&house, &desk, 1_000).await?;
    let disputed = pay(&house, &desk, 75_000).await?;
    let ayu = person(&house, "korlantas", "ayu")?;
    let open = dispute(&disputed.bill_id, 25_000);
    DisputeServiceClient::new(ayu.client.clone()).open_dispute(open).await?;

    let too_large = sweep(&desk, 125_001).await;
    sweep(&desk, 125_000).await?;

    let available = (ErrorReason::SweepTooLarge, "12500000".to_owned());
    assert_eq!(reason(too_large, "available_minor"), available);
    // A refund is paid neither out of suspense nor out of what is disputed.
    let bill = Bill { bill_id: disputed.bill_id.clone(), ..Bill::default() };
    let refund = desk.refund(&bill, Some(5_001)).await;
    assert_eq!(reason(refund, "available_minor"), (ErrorReason::RefundNotCovered, "500000".into()));
    assert!(desk.is_sound().await?);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn suspense_goes_back_only_if_the_banks_hold_as_much(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let (ayu, budi) = (person(&house, "korlantas", "ayu")?, person(&house, "korlantas", "budi")?);
    let head = house.person("korlantas", "head")?;
    let paid = pay(&house, &desk, 75_000).await?;
    let short = pay(&house, &desk, 1_000).await?;
    sweep(&desk, 75_000).await?;
    let open = dispute(&paid.bill_id, 75_000);
    let mut disputes = DisputeServiceClient::new(ayu.client.clone());
    let held = disputes.open_dispute(open).await?.into_inner().dispute.unwrap();
    propose(&desk, &short).await?;

    let uncovered = confirm(&head, &short).await;
    let (request_id, dispute_id) = (fresh(), held.dispute_id);
    let end =
        EndDisputeRequest { request_id, dispute_id, won: true, ..EndDisputeRequest::default() };
    DisputeServiceClient::new(budi.client.clone()).end_dispute(end).await?;
    let covered = confirm(&head, &short).await?;

    assert_eq!(reason(uncovered, "instead"), (ErrorReason::RefundNotCovered, "CREDIT".to_owned()));
    assert_eq!(covered.state(), SuspenseState::Returning);
    let nothing = sweep(&desk, 1).await;
    assert_eq!(refused(nothing), ErrorReason::SweepTooLarge);
    Ok(())
}

/// A payment of so many rupiah for a fresh bill of Rp75,000.
async fn pay(house: &House, desk: &Desk, rupiahs: i64) -> anyhow::Result<Remittance> {
    let bill = desk.bill().await?;
    let payment = house.payment(&bill, "002");
    let payment = RecordRemittanceRequest { amount: Some(rupiah(rupiahs)), ..payment };
    let answer = house.bank("bank-bri")?.remittances.record_remittance(payment).await?;
    Ok(answer.into_inner().remittance.unwrap())
}

async fn sweep(desk: &Desk, rupiahs: i64) -> Result<(), Status> {
    let request = SweepToTreasuryRequest {
        request_id: fresh(),
        amount: Some(rupiah(rupiahs)),
        treasury_reference: fresh(),
        ..SweepToTreasuryRequest::default()
    };
    desk.treasury.clone().sweep_to_treasury(request).await.map(drop)
}

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

async fn propose(desk: &Desk, remittance: &Remittance) -> Result<(), Status> {
    let request = ResolveSuspenseRequest {
        request_id: fresh(),
        suspense_id: remittance.suspense_id.clone(),
        resolution: SuspenseResolution::Return.into(),
        reason: "Salah kirim".to_owned(),
        ..ResolveSuspenseRequest::default()
    };
    desk.suspense.clone().resolve_suspense(request).await.map(drop)
}

async fn confirm(desk: &Desk, remittance: &Remittance) -> Result<SuspenseItem, Status> {
    let (request_id, suspense_id) = (fresh(), remittance.suspense_id.clone());
    let request = ConfirmSuspenseResolutionRequest { request_id, suspense_id };
    let answer = desk.suspense.clone().confirm_suspense_resolution(request).await?;
    Ok(answer.into_inner().item.unwrap())
}
