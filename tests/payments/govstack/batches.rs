//! Which batch is which, and what is said of its failures.

use rangkai_proto::payments::v1::{
    CreateEnvelopeRequest, ListEnvelopesRequest, envelope_service_client::EnvelopeServiceClient,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    Listener,
    g2p::{batch, is},
    http::send,
};
use crate::payments::support::rupiah;

const BULK: &str = "/bulk-payment";
const RESPONSE: &str = "/prepayment-validation-response";

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_batch_is_one_for_each_source(#[case] kind: Kind) -> anyhow::Result<()> {
    let at = Listener::open(kind).await?;
    let mut envelopes = EnvelopeServiceClient::new(at.house.agency("kemensos")?.client);
    let post = |body: Value| async move { send(at.address, "POST", BULK, &body).await };
    let mut other = batch("request00002", "batch0000001", 1);
    other["SourceBBID"] = json!("source000002");
    let mut again = other.clone();
    again["RequestID"] = json!("request00003");

    let first = post(batch("request00001", "batch0000001", 2)).await?;
    let other = post(other).await?;
    let again = post(again).await?;

    is(&first, (200, "00", "request00001"));
    is(&other, (200, "00", "request00002"));
    is(&again, (200, "00", "request00003"));
    let list = ListEnvelopesRequest { page_size: 10, ..ListEnvelopesRequest::default() };
    let mut all = envelopes.list_envelopes(list).await?.into_inner().envelopes;
    all.sort_by(|a, b| a.source.cmp(&b.source));
    let sources: Vec<_> = all.iter().map(|envelope| envelope.source.as_str()).collect();
    assert_eq!(sources, ["source000001", "source000002"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn every_failure_of_the_batch_is_told_and_no_other_envelopes(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let at = Listener::open(kind).await?;
    let mut envelopes = EnvelopeServiceClient::new(at.house.agency("kemensos")?.client);
    let bulk = send(at.address, "POST", BULK, &batch("request00001", "batch0000001", 501)).await?;
    at.payments.validate_envelopes().await?;
    for cycle in ["batch0000001", "batch0000002"] {
        let foreign = CreateEnvelopeRequest {
            request_id: fresh(),
            programme: "pkh".to_owned(),
            cycle: cycle.to_owned(),
            source: "pkh".to_owned(),
            instruction_count: 1,
            control_total: Some(rupiah(600_000)),
            ..CreateEnvelopeRequest::default()
        };
        envelopes.create_envelope(foreign).await?;
    }
    let ask = |batch: &str| json!({ "RequestID": "request00002", "Source_BatchID": batch });

    let found = send(at.address, "POST", RESPONSE, &ask("batch0000001")).await?;
    let foreign = send(at.address, "POST", RESPONSE, &ask("batch0000002")).await?;

    is(&bulk, (200, "00", "request00001"));
    let failed = found.body["FailedAccounts"].as_array().map(Vec::len);
    assert_eq!(
        (found.code, &found.body["NumberFailedCases"], failed),
        (200, &json!(501), Some(501))
    );
    assert_eq!((foreign.code, foreign.body), (200, ask("batch0000002")));
    Ok(())
}
