//! Money that fits no open bill: it is kept, it is seen, and two people bring it to its end.

use rangkai_proto::payments::v1::{
    Bill, BillState, CancelBillRequest, ConfirmSuspenseResolutionRequest,
    ConfirmSuspenseReturnRequest, ErrorReason, GetBillRequest, GetRemittanceRequest,
    GetSuspenseItemRequest, ListSuspenseRequest, RecordRemittanceRequest,
    RejectSuspenseResolutionRequest, Remittance, RemittanceOutcome, ResolveSuspenseRequest,
    SuspenseItem, SuspenseKind, SuspenseResolution, SuspenseState,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use tonic::Status;

use super::{
    books::Books,
    contract,
    support::{Desk, House, fields, reason, refused, rupiah},
};

/// A code that reads well and that no bill has.
const NOBODYS: &str = "100000000000009";

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn every_payment_is_kept_and_says_what_became_of_it(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    use {RemittanceOutcome as Outcome, SuspenseKind as Misfit};

    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let bills = [desk.bill().await?, desk.bill().await?, desk.bill().await?, desk.bill().await?];
    let cancel = CancelBillRequest {
        request_id: fresh(),
        bill_id: bills[3].bill_id.clone(),
        etag: String::new(),
    };
    desk.bills.clone().cancel_bill(cancel).await?;

    let exact = pay(&house, &bills[0], 75_000).await?;
    let double = pay(&house, &bills[0], 75_000).await?;
    let over = pay(&house, &bills[1], 80_000).await?;
    let short = pay(&house, &bills[2], 74_999).await?;
    let late = pay(&house, &bills[3], 75_000).await?;
    let nobodys = Bill { billing_code: NOBODYS.to_owned(), ..bills[0].clone() };
    let unknown = pay(&house, &nobodys, 5_000).await?;

    let told = |remittance: &Remittance| (remittance.outcome(), remittance.misfit());
    assert_eq!(told(&exact), (Outcome::BillPaid, Misfit::Unspecified));
    assert_eq!(told(&double), (Outcome::Credited, Misfit::Double));
    assert_eq!(told(&over), (Outcome::BillPaid, Misfit::Over));
    assert_eq!(told(&short), (Outcome::Suspended, Misfit::Short));
    assert_eq!(told(&late), (Outcome::Suspended, Misfit::Late));
    assert_eq!(told(&unknown), (Outcome::Suspended, Misfit::UnknownCode));
    assert!(exact.suspense_id.is_empty() && unknown.bill_id.is_empty());
    let excess = get(&desk, &over.suspense_id).await?;
    assert_eq!((excess.amount, excess.state), (Some(rupiah(5_000)), 4));
    assert_eq!(excess.payer_subject_id, bills[1].payer_subject_id);
    // A person has to look at these; what no bill has a code for is the platform's.
    let open = SuspenseState::Open;
    let waiting: Vec<_> =
        list(&desk, open).await?.into_iter().map(|item| item.suspense_id).collect();
    assert_eq!(waiting, [&late.suspense_id, &short.suspense_id].map(Clone::clone));
    let platform = house.agency("platform")?;
    assert_eq!(list(&platform, open).await?[0].suspense_id, unknown.suspense_id);
    assert_eq!(state(&desk, &bills[2]).await?, BillState::Open);
    let foreign = get(&house.agency("imigrasi")?, &short.suspense_id).await;
    assert_eq!(refused(foreign), ErrorReason::SuspenseNotFound);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn two_people_apply_credit_or_return_what_waits(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut desk = house.korlantas().await?;
    let (second, bank) = (house.person("korlantas", "head")?, house.bank("bank-bri")?);
    let (bill, next) = (desk.bill().await?, desk.bill().await?);
    let short = pay(&house, &bill, 70_000).await?;
    let nearly = pay(&house, &bill, 60_000).await?;
    cancel(&desk, &bill).await?;
    let late = pay(&house, &bill, 76_000).await?;

    let too_small = propose(&desk, &short, apply(&next)).await;
    propose(&desk, &late, apply(&next)).await?;
    let same = confirm(&desk, &late).await;
    let applied = confirm(&second, &late).await?;
    propose(&desk, &short, credit("")).await?;
    let credited = confirm(&second, &short).await?;
    propose(&desk, &nearly, wish(SuspenseResolution::Return)).await?;
    let returning = confirm(&second, &nearly).await?;
    let returned = give_back(&bank, &nearly, "OUT-1").await?;

    let expected = (ErrorReason::SuspenseDoesNotFit, "7500000".to_owned());
    assert_eq!(reason(too_small, "expected_minor"), expected);
    let not_twice = (ErrorReason::SuspenseSamePerson, late.suspense_id.clone());
    assert_eq!(reason(same, "suspense_id"), not_twice);
    assert_eq!(applied.state(), SuspenseState::Applied);
    assert_eq!(state(&desk, &next).await?, BillState::Paid);
    let of_next = GetRemittanceRequest { bill_id: next.bill_id.clone() };
    let paid = desk.remittances.get_remittance(of_next).await?.into_inner().remittance.unwrap();
    assert_eq!(paid.remittance_id, late.remittance_id);
    assert_eq!(credited.state(), SuspenseState::Credited);
    assert_eq!(credited.payer_subject_id, bill.payer_subject_id);
    assert_eq!(returning.state(), SuspenseState::Returning);
    assert_eq!(returned.state(), SuspenseState::Returned);
    assert!(returned.reason.is_empty() && returned.proposed_by.is_empty());
    assert_eq!(give_back(&bank, &nearly, "OUT-1").await?, returned);
    let again = give_back(&bank, &nearly, "OUT-2").await;
    assert_eq!(reason(again, "state").1, "returned");
    assert!(Books::open(&house).await?.check_some().await? > 0);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_resolution_has_its_rules(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let second = house.person("korlantas", "head")?;
    let (platform, deputy) = (house.agency("platform")?, house.person("platform", "deputy")?);
    let (bill, other) = (desk.bill().await?, desk.bill().await?);
    let short = pay(&house, &bill, 1_000).await?;
    let nobodys = Bill { billing_code: NOBODYS.to_owned(), ..bill.clone() };
    let unknown = pay(&house, &nobodys, 75_000).await?;

    let early = confirm(&second, &short).await;
    let nobody = propose(&platform, &unknown, credit("")).await;
    let mut without = wish(SuspenseResolution::Apply);
    let without_code = propose(&desk, &short, without.clone()).await;
    without.resolution = SuspenseResolution::Return.into();
    without.billing_code = bill.billing_code.clone();
    let with_code = propose(&desk, &short, without).await;
    propose(&desk, &short, credit("zyxwvutsrqponmlkjihgfedcba")).await?;
    let rejected = reject(&second, &short).await?;
    cancel(&desk, &other).await?;
    let closed = propose(&desk, &short, apply(&other)).await;
    // What belongs to no agency pays the bill of any, of exactly its amount.
    propose(&platform, &unknown, apply(&bill)).await?;
    let (one, two) = tokio::join!(confirm(&deputy, &unknown), confirm(&deputy, &unknown));

    assert_eq!(reason(early, "state"), (ErrorReason::SuspenseStateWrong, "open".to_owned()));
    assert_eq!(refused(nobody), ErrorReason::SuspensePayerUnknown);
    assert_eq!(fields(without_code.map(tonic::Response::new)), ["billing_code"]);
    assert_eq!(fields(with_code.map(tonic::Response::new)), ["billing_code"]);
    assert_eq!((rejected.state(), rejected.proposed_by), (SuspenseState::Open, String::new()));
    assert_eq!(refused(closed), ErrorReason::BillNotOpen);
    // Of two confirmations at once, one moves the money.
    let (done, undone) = if one.is_ok() { (one, two) } else { (two, one) };
    assert_eq!(done?.state(), SuspenseState::Applied);
    assert_eq!(refused(undone), ErrorReason::SuspenseStateWrong);
    assert_eq!(state(&desk, &bill).await?, BillState::Paid);
    assert!(Books::open(&house).await?.check_some().await? > 0);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn each_step_of_a_resolution_has_one_effect(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let desk = house.korlantas().await?;
    let (second, bank) = (house.person("korlantas", "head")?, house.bank("bank-bri")?);
    let short = pay(&house, &desk.bill().await?, 1_000).await?;
    let other = pay(&house, &desk.bill().await?, 1_000).await?.suspense_id;
    let id = short.suspense_id.clone();

    let request =
        ResolveSuspenseRequest { suspense_id: id.clone(), ..wish(SuspenseResolution::Return) };
    let changed = ResolveSuspenseRequest { reason: "Lain".to_owned(), ..request.clone() };
    let send = |request| {
        let mut suspense = desk.suspense.clone();
        async move { suspense.resolve_suspense(request).await }
    };
    contract::once(&request.request_id.clone(), [request, changed], send).await?;

    let request = RejectSuspenseResolutionRequest { request_id: fresh(), suspense_id: id.clone() };
    let changed = RejectSuspenseResolutionRequest { suspense_id: other.clone(), ..request.clone() };
    let send = |request| {
        let mut suspense = second.suspense.clone();
        async move { suspense.reject_suspense_resolution(request).await }
    };
    contract::once(&request.request_id.clone(), [request, changed], send).await?;

    propose(&desk, &short, wish(SuspenseResolution::Return)).await?;
    let request = ConfirmSuspenseResolutionRequest { request_id: fresh(), suspense_id: id.clone() };
    let changed = ConfirmSuspenseResolutionRequest { suspense_id: other, ..request.clone() };
    let send = |request| {
        let mut suspense = second.suspense.clone();
        async move { suspense.confirm_suspense_resolution(request).await }
    };
    contract::once(&request.request_id.clone(), [request, changed], send).await?;

    let request = back(&id, "OUT-1");
    let changed = ConfirmSuspenseReturnRequest { bank_code: "009".to_owned(), ..request.clone() };
    let send = |request| {
        let mut suspense = bank.suspense.clone();
        async move { suspense.confirm_suspense_return(request).await }
    };
    contract::once(&request.request_id.clone(), [request, changed], send).await.map(drop)
}

pub async fn pay(house: &House, bill: &Bill, rupiahs: i64) -> anyhow::Result<Remittance> {
    let amount = Some(rupiah(rupiahs));
    let payment = RecordRemittanceRequest { amount, ..house.payment(bill, "002") };
    let answer = house.bank("bank-bri")?.remittances.record_remittance(payment).await?;
    Ok(answer.into_inner().remittance.unwrap())
}

pub async fn cancel(desk: &Desk, bill: &Bill) -> Result<(), Status> {
    let (request_id, bill_id) = (fresh(), bill.bill_id.clone());
    let cancel = CancelBillRequest { request_id, bill_id, etag: String::new() };
    desk.bills.clone().cancel_bill(cancel).await.map(drop)
}

async fn state(desk: &Desk, bill: &Bill) -> anyhow::Result<BillState> {
    let get = GetBillRequest { bill_id: bill.bill_id.clone() };
    Ok(desk.bills.clone().get_bill(get).await?.into_inner().bill.unwrap().state())
}

async fn get(desk: &Desk, id: &str) -> Result<SuspenseItem, Status> {
    let get = GetSuspenseItemRequest { suspense_id: id.to_owned() };
    Ok(desk.suspense.clone().get_suspense_item(get).await?.into_inner().item.unwrap())
}

async fn list(desk: &Desk, state: SuspenseState) -> Result<Vec<SuspenseItem>, Status> {
    let list = ListSuspenseRequest { state: state.into(), ..ListSuspenseRequest::default() };
    Ok(desk.suspense.clone().list_suspense(list).await?.into_inner().items)
}

pub fn wish(resolution: SuspenseResolution) -> ResolveSuspenseRequest {
    ResolveSuspenseRequest {
        request_id: fresh(),
        resolution: resolution.into(),
        reason: "Diperiksa dengan rekening koran".to_owned(),
        ..ResolveSuspenseRequest::default()
    }
}

pub fn apply(bill: &Bill) -> ResolveSuspenseRequest {
    let billing_code = bill.billing_code.clone();
    ResolveSuspenseRequest { billing_code, ..wish(SuspenseResolution::Apply) }
}

fn credit(payer: &str) -> ResolveSuspenseRequest {
    let payer_subject_id = payer.to_owned();
    ResolveSuspenseRequest { payer_subject_id, ..wish(SuspenseResolution::Credit) }
}

pub async fn propose(
    desk: &Desk,
    remittance: &Remittance,
    wish: ResolveSuspenseRequest,
) -> Result<SuspenseItem, Status> {
    let request = ResolveSuspenseRequest { suspense_id: remittance.suspense_id.clone(), ..wish };
    Ok(desk.suspense.clone().resolve_suspense(request).await?.into_inner().item.unwrap())
}

pub async fn confirm(desk: &Desk, remittance: &Remittance) -> Result<SuspenseItem, Status> {
    let (request_id, suspense_id) = (fresh(), remittance.suspense_id.clone());
    let request = ConfirmSuspenseResolutionRequest { request_id, suspense_id };
    let answer = desk.suspense.clone().confirm_suspense_resolution(request).await?;
    Ok(answer.into_inner().item.unwrap())
}

async fn reject(desk: &Desk, remittance: &Remittance) -> Result<SuspenseItem, Status> {
    let (request_id, suspense_id) = (fresh(), remittance.suspense_id.clone());
    let request = RejectSuspenseResolutionRequest { request_id, suspense_id };
    let answer = desk.suspense.clone().reject_suspense_resolution(request).await?;
    Ok(answer.into_inner().item.unwrap())
}

pub fn back(suspense_id: &str, number: &str) -> ConfirmSuspenseReturnRequest {
    ConfirmSuspenseReturnRequest {
        request_id: fresh(),
        suspense_id: suspense_id.to_owned(),
        bank_code: "002".to_owned(),
        bank_reference: number.to_owned(),
    }
}

pub async fn give_back(
    bank: &Desk,
    from: &Remittance,
    number: &str,
) -> Result<SuspenseItem, Status> {
    let request = back(&from.suspense_id, number);
    let answer = bank.suspense.clone().confirm_suspense_return(request).await?;
    Ok(answer.into_inner().item.unwrap())
}
