//! Money that was handed on to the treasury, and refunds that are claimed from it.

use rangkai_proto::payments::v1::{
    ApproveClaimRequest, Bill, ClaimDocument, DocumentKind, ErrorReason, IssueRefundRequest,
    Refund, RefundMode, RefundState, RejectClaimRequest, ReturnClaimRequest, SettleClaimRequest,
    SubmitClaimRequest, SweepToTreasuryRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use tonic::Status;

use super::{
    contract::once,
    events::types,
    support::{Desk, House, person, reason, refused, rupiah},
};

/// Sends a request twice at once and another with the same id, through a service of a desk.
macro_rules! once {
    ($desk:expr, $service:ident, $method:ident, $request:expr, $other:expr) => {{
        let request = $request;
        let id = request.request_id.clone();
        once(&id, [request, $other], |request| {
            let mut service = $desk.$service.clone();
            async move { service.$method(request).await }
        })
        .await?
    }};
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_was_handed_on_is_claimed_with_documents_and_by_two_persons(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let bill = paid(&house).await?;
    let (clerk, mut head) =
        (person(&house, "korlantas", "ayu")?, person(&house, "korlantas", "budi")?);
    let claim = RefundMode::TreasuryClaim;
    let early = issue(&clerk, &bill, claim, 10_000).await;
    assert_eq!(reason(early, "instead"), not_covered("SOURCE or CREDIT_NEXT_BILL"));
    let sweep = sweep(75_000);
    let other = SweepToTreasuryRequest { amount: Some(rupiah(1)), ..sweep.clone() };
    once!(clerk, treasury, sweep_to_treasury, sweep.clone(), other);
    let source = issue(&clerk, &bill, RefundMode::Source, 10_000).await;
    assert_eq!(reason(source, "instead"), not_covered("TREASURY_CLAIM or CREDIT_NEXT_BILL"));

    let drafted = issue(&clerk, &bill, claim, 10_000).await?;
    let id = &drafted.refund_id;
    let mut lacking = submit(id);
    lacking.documents.remove(1);
    let missing = clerk.treasury.clone().submit_claim(lacking).await;
    let empty = SubmitClaimRequest { documents: submit(id).documents[..1].to_vec(), ..submit(id) };
    let submission = submit(id);
    let reused = SubmitClaimRequest { request_id: submission.request_id.clone(), ..empty };
    once!(clerk, treasury, submit_claim, submission, reused);
    let note = || "Nomor rekening salah".to_owned();
    let back = ReturnClaimRequest { request_id: fresh(), refund_id: id.clone(), note: note() };
    let other = ReturnClaimRequest { note: "lain".to_owned(), ..back.clone() };
    let returned = once!(head, treasury, return_claim, back, other).refund.unwrap();
    let completed = clerk.treasury.clone().submit_claim(submit(id)).await?.into_inner();
    let same = clerk.treasury.clone().approve_claim(approve(id)).await;
    let other = |request: &ApproveClaimRequest| ApproveClaimRequest {
        refund_id: fresh(),
        ..request.clone()
    };
    let approval = approve(id);
    let approved = once!(head, treasury, approve_claim, approval.clone(), other(&approval));
    let early = head.treasury.return_claim(ReturnClaimRequest {
        request_id: fresh(),
        refund_id: id.clone(),
        note: note(),
    });
    let early = early.await;
    let settlement = settle(id, "SP2D-1");
    let other = SettleClaimRequest { treasury_reference: "SP2D-2".into(), ..settlement.clone() };
    let settled = once!(head, treasury, settle_claim, settlement, other).refund.unwrap();

    assert_eq!((drafted.state(), drafted.missing_documents.len()), (RefundState::Drafted, 4));
    let proof = "proof_of_payment".to_owned();
    assert_eq!(reason(missing, "document_kind"), (ErrorReason::ClaimDocumentMissing, proof));
    assert_eq!((returned.state(), returned.note), (RefundState::Returned, note()));
    assert_eq!(completed.refund.unwrap().state(), RefundState::Submitted);
    assert_eq!(refused(same), ErrorReason::ClaimSamePerson);
    assert_eq!(approved.refund.unwrap().state(), RefundState::Approved);
    assert_eq!(reason(early, "state"), (ErrorReason::RefundStateWrong, "approved".to_owned()));
    assert_eq!((settled.state(), settled.documents.len()), (RefundState::Paid, 4));
    let told = types(head.client.clone(), id).await?;
    let submitted = "ClaimSubmitted";
    let expected =
        ["RefundIssued", submitted, "ClaimReturned", submitted, "ClaimApproved", "RefundPaid"];
    assert_eq!(told, expected);
    assert!(head.is_sound().await?);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_rejected_claim_can_be_refunded_again(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let bill = paid(&house).await?;
    let mut desk = person(&house, "korlantas", "ayu")?;
    desk.treasury.sweep_to_treasury(sweep(75_000)).await?;
    let claim = issue(&desk, &bill, RefundMode::TreasuryClaim, 75_000).await?;
    let nothing = issue(&desk, &bill, RefundMode::TreasuryClaim, 1).await;
    // While it can still be rejected, the case is not free for another bill.
    assert_eq!(refused(desk.bill_again(&bill).await), ErrorReason::CaseAlreadyBilled);
    assert_eq!(reason(nothing, "refundable_minor"), (ErrorReason::RefundExceedsBill, "0".into()));
    let id = &claim.refund_id;
    let reject = |refund_id: &str| RejectClaimRequest {
        request_id: fresh(),
        refund_id: refund_id.to_owned(),
        note: "Bukan pembayar".to_owned(),
    };
    let unsubmitted = desk.treasury.reject_claim(reject(id)).await;
    assert_eq!(refused(unsubmitted), ErrorReason::RefundStateWrong);
    desk.treasury.submit_claim(submit(id)).await?;
    let mut foreign = house.agency("imigrasi")?.treasury;
    assert_eq!(refused(foreign.reject_claim(reject(id)).await), ErrorReason::RefundNotFound);

    let rejection = reject(id);
    let other = RejectClaimRequest { note: "lain".to_owned(), ..rejection.clone() };
    let rejected = once!(desk, treasury, reject_claim, rejection, other).refund.unwrap();

    assert_eq!(rejected.state(), RefundState::Rejected);
    let again = issue(&desk, &bill, RefundMode::CreditNextBill, 75_000).await?;
    assert_eq!(again.state(), RefundState::Credited);
    assert!(desk.is_sound().await?);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn of_two_who_believe_the_same_is_refundable_one_is_right(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let bill = paid(&house).await?;
    let desk = house.agency("korlantas")?;
    let believing = || IssueRefundRequest {
        expected_refundable: Some(rupiah(75_000)),
        ..request(&bill, RefundMode::Source, 10_000)
    };
    let (mut here, mut there) = (desk.refunds.clone(), desk.refunds.clone());

    let (one, two) = tokio::join!(here.issue_refund(believing()), there.issue_refund(believing()));

    let (issued, other) = if one.is_ok() { (one, two) } else { (two, one) };
    assert!(issued.is_ok());
    let left = reason(other, "refundable_minor");
    assert_eq!(left, (ErrorReason::RefundableMismatch, "6500000".to_owned()));
    // What the bank is to pay back cannot be handed on, nor is a receipt of the treasury used twice.
    let mut treasury = desk.treasury;
    let too_large = treasury.sweep_to_treasury(sweep(65_001)).await;
    let available = reason(too_large, "available_minor");
    assert_eq!(available, (ErrorReason::SweepTooLarge, "6500000".to_owned()));
    let first = sweep(1_000);
    treasury.sweep_to_treasury(first.clone()).await?;
    let again = SweepToTreasuryRequest { request_id: fresh(), ..first };
    let again = treasury.sweep_to_treasury(again).await;
    assert_eq!(refused(again), ErrorReason::TreasuryReferenceTaken);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn the_treasury_pays_one_claim_with_one_number(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let bill = paid(&house).await?;
    let (clerk, head) = (person(&house, "korlantas", "ayu")?, person(&house, "korlantas", "budi")?);
    clerk.treasury.clone().sweep_to_treasury(sweep(75_000)).await?;
    let mut claims = Vec::new();
    for rupiahs in [10_000, 20_000] {
        let id = issue(&clerk, &bill, RefundMode::TreasuryClaim, rupiahs).await?.refund_id;
        clerk.treasury.clone().submit_claim(submit(&id)).await?;
        head.treasury.clone().approve_claim(approve(&id)).await?;
        claims.push(id);
    }
    let (mut here, mut there) = (head.treasury.clone(), head.treasury.clone());

    let (one, two) = tokio::join!(
        here.settle_claim(settle(&claims[0], "SP2D-1")),
        there.settle_claim(settle(&claims[1], "SP2D-1")),
    );

    let other = if one.is_ok() { &claims[1] } else { &claims[0] };
    let (done, reused) = if one.is_ok() { (one, two) } else { (two, one) };
    assert_eq!(done?.into_inner().refund.unwrap().state(), RefundState::Paid);
    let taken = (ErrorReason::TreasuryReferenceTaken, "SP2D-1".to_owned());
    assert_eq!(reason(reused, "treasury_reference"), taken);
    // The last of it frees the case, once the treasury has paid it.
    let rest = issue(&clerk, &bill, RefundMode::CreditNextBill, 45_000).await;
    assert!(rest.is_ok());
    assert_eq!(refused(clerk.bill_again(&bill).await), ErrorReason::CaseAlreadyBilled);
    assert!(here.settle_claim(settle(other, "SP2D-2")).await.is_ok());
    assert!(clerk.bill_again(&bill).await.is_ok());
    assert!(head.is_sound().await?);
    Ok(())
}

/// A bill of Rp75,000 that a bank took.
async fn paid(house: &House) -> anyhow::Result<Bill> {
    let bill = house.korlantas().await?.bill().await?;
    let mut bank = house.bank("bank-bri")?;
    bank.remittances.record_remittance(house.payment(&bill, "002")).await?;
    Ok(bill)
}

async fn issue(desk: &Desk, bill: &Bill, mode: RefundMode, rupiahs: i64) -> Result<Refund, Status> {
    let request = request(bill, mode, rupiahs);
    Ok(desk.refunds.clone().issue_refund(request).await?.into_inner().refund.unwrap())
}

fn request(bill: &Bill, mode: RefundMode, rupiahs: i64) -> IssueRefundRequest {
    IssueRefundRequest {
        request_id: fresh(),
        bill_id: bill.bill_id.clone(),
        amount: Some(rupiah(rupiahs)),
        reason: "Kelebihan bayar".to_owned(),
        mode: mode.into(),
        expected_refundable: None,
    }
}

fn sweep(rupiahs: i64) -> SweepToTreasuryRequest {
    SweepToTreasuryRequest {
        request_id: fresh(),
        amount: Some(rupiah(rupiahs)),
        treasury_reference: fresh(),
        ..SweepToTreasuryRequest::default()
    }
}

fn submit(refund_id: &str) -> SubmitClaimRequest {
    let kinds = [
        DocumentKind::ApplicationLetter,
        DocumentKind::ProofOfPayment,
        DocumentKind::ResponsibilityStatement,
        DocumentKind::AccountStatement,
    ];
    let document = |kind: DocumentKind| ClaimDocument {
        kind: kind.into(),
        document_id: fresh(),
        sha256: "ab".repeat(32),
    };
    let documents = kinds.into_iter().map(document).collect();
    SubmitClaimRequest { request_id: fresh(), refund_id: refund_id.to_owned(), documents }
}

fn approve(refund_id: &str) -> ApproveClaimRequest {
    ApproveClaimRequest { request_id: fresh(), refund_id: refund_id.to_owned() }
}

fn settle(refund_id: &str, number: &str) -> SettleClaimRequest {
    SettleClaimRequest {
        request_id: fresh(),
        refund_id: refund_id.to_owned(),
        treasury_reference: number.to_owned(),
    }
}

fn not_covered(instead: &str) -> (ErrorReason, String) {
    (ErrorReason::RefundNotCovered, instead.to_owned())
}
