//! What the contract says of every method: a request has one effect, and its fields keep their rules.

use std::fmt::Debug;

use prost_reflect::DynamicMessage;
use rangkai_auth::Methods;
use rangkai_proto::payments::v1::{
    CancelBillRequest, ConfirmRefundRequest, ErrorReason, IssueBillRequest, IssueRefundRequest,
    RecordRemittanceRequest,
};
use rangkai_testkit::{Client, Kind, caller, fresh};
use rstest::rstest;
use tonic::{Request, Response, Status, client::Grpc, codegen::http::uri::PathAndQuery};
use tonic_prost::ProstCodec;

use super::support::{House, fields, item, reason, renewal, rupiah, tariff};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_request_has_one_effect_and_its_id_means_nothing_else(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let (desk, bank) = (house.korlantas().await?, house.bank("bank-bri")?);
    let (paid, open) = (desk.bill().await?, desk.bill().await?);

    let request = tariff("a", 1);
    let other = tariff("b", 1);
    let other = rangkai_proto::payments::v1::PublishTariffRequest {
        request_id: request.request_id.clone(),
        ..other
    };
    let send = |request| {
        let mut tariffs = desk.tariffs.clone();
        async move { tariffs.publish_tariff(request).await }
    };
    once(&request.request_id.clone(), [request, other], send).await?;

    let request = renewal();
    let other = IssueBillRequest { items: vec![item("letter", 1)], ..request.clone() };
    let send = |request| {
        let mut bills = desk.bills.clone();
        async move { bills.issue_bill(request).await }
    };
    once(&request.request_id.clone(), [request, other], send).await?;

    let request =
        CancelBillRequest { request_id: fresh(), bill_id: open.bill_id, etag: String::new() };
    let other = CancelBillRequest { etag: "\"1\"".to_owned(), ..request.clone() };
    let send = |request| {
        let mut bills = desk.bills.clone();
        async move { bills.cancel_bill(request).await }
    };
    once(&request.request_id.clone(), [request, other], send).await?;

    let request = house.payment(&paid, "002");
    let other = RecordRemittanceRequest { bank_code: "009".to_owned(), ..request.clone() };
    let send = |request| {
        let mut remittances = bank.remittances.clone();
        async move { remittances.record_remittance(request).await }
    };
    once(&request.request_id.clone(), [request, other], send).await?;
    once_for_refunds(&house, &paid.bill_id).await
}

async fn once_for_refunds(house: &House, bill_id: &str) -> anyhow::Result<()> {
    let (desk, bank) = (house.agency("korlantas")?, house.bank("bank-bri")?);

    let request = IssueRefundRequest {
        request_id: fresh(),
        bill_id: bill_id.to_owned(),
        amount: Some(rupiah(1_000)),
        reason: "Kelebihan bayar".to_owned(),
        ..IssueRefundRequest::default()
    };
    let other = IssueRefundRequest { amount: Some(rupiah(2_000)), ..request.clone() };
    let send = |request| {
        let mut refunds = desk.refunds.clone();
        async move { refunds.issue_refund(request).await }
    };
    let refund = once(&request.request_id.clone(), [request, other], send).await?;

    let request = ConfirmRefundRequest {
        request_id: fresh(),
        refund_id: refund.refund.unwrap().refund_id,
        bank_code: "002".to_owned(),
        bank_reference: "R-1".to_owned(),
    };
    let other = ConfirmRefundRequest { bank_reference: "R-2".to_owned(), ..request.clone() };
    let send = |request| {
        let mut refunds = bank.refunds.clone();
        async move { refunds.confirm_refund(request).await }
    };
    once(&request.request_id.clone(), [request, other], send).await.map(drop)
}

/// Sends a request twice at once and a third time, then another with the same id.
pub async fn once<R, A, S, F>(id: &str, [request, other]: [R; 2], send: S) -> anyhow::Result<A>
where
    R: Clone,
    A: PartialEq + Debug,
    S: Fn(R) -> F,
    F: Future<Output = Result<Response<A>, Status>>,
{
    let (first, second) = tokio::join!(send(request.clone()), send(request.clone()));
    let third = send(request).await?.into_inner();
    let reused = send(other).await;

    assert_eq!(first?.into_inner(), third);
    assert_eq!(second?.into_inner(), third);
    assert_eq!(reason(reused, "request_id"), (ErrorReason::RequestIdReused, id.to_owned()));
    Ok(third)
}

/// The rules are checked before any database is asked, so one kind of it is enough.
#[tokio::test]
async fn every_rule_of_every_field_is_kept() -> anyhow::Result<()> {
    let house = House::open(Kind::Sqlite).await?;
    let scopes: Vec<_> = Methods::all()?.iter().map(|method| method.scope.as_str()).collect();
    let client = house.desk(&caller("korlantas", &scopes, &[]))?.client;

    let mut count = 0;
    for service in rangkai_proto::pool().services() {
        if service.parent_file().package_name() != "rangkai.payments.v1" {
            continue;
        }
        for method in service.methods() {
            let path = format!("/{}/{}", service.full_name(), method.name());
            let path = PathAndQuery::try_from(path)?;
            for (field, message) in rangkai_rpc::breakers(&method)? {
                let answer = send(client.clone(), path.clone(), message).await;
                let named = fields(answer);
                assert!(named.contains(&field), "{path}: {field} is not among {named:?}");
                count += 1;
            }
        }
    }

    eprintln!("{count} rules were broken, and each was noticed");
    assert!(count > 60);
    Ok(())
}

async fn send(
    client: Client,
    path: PathAndQuery,
    message: DynamicMessage,
) -> Result<Response<()>, Status> {
    let mut grpc = Grpc::new(client);
    grpc.ready().await.map_err(|error| Status::unknown(error.to_string()))?;
    let codec = ProstCodec::<DynamicMessage, ()>::default();
    grpc.unary(Request::new(message), path, codec).await
}
