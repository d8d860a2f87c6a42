//! Statements of a bank as ISO 20022 writes them, reconciled.

use rangkai_proto::payments::v1::{
    BreakKind, ErrorReason, ImportStatementMessageRequest,
    reconciliation_service_client::ReconciliationServiceClient,
};
use rangkai_testkit::{Client, Kind, fresh};
use rstest::rstest;

use super::support::{accounts, release, sandbox};
use crate::payments::{
    contract::once,
    support::{House, reason, refused},
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_statement_message_is_reconciled_line_by_line(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let block = sandbox(&house).await?;
    release(&house, &accounts(&["001", "900", "920"])).await?;
    block.execute_due().await?;
    let statement = block.sandbox_messages("kemensos".parse()?).await?.camt_053;
    let clerk = ReconciliationServiceClient::new(house.agency("kemensos")?.client);

    let request = message(&statement);
    let content = statement.replace("SANDBOX-", "OTHER-").into_bytes();
    let other = ImportStatementMessageRequest { content, ..request.clone() };
    let send = |request| {
        let mut clerk: ReconciliationServiceClient<Client> = clerk.clone();
        async move { clerk.import_statement_message(request).await }
    };
    let answer = once(&request.request_id.clone(), [request, other], send).await?;
    let again = send(message(&statement)).await;
    let half = send(message(&statement[..statement.len() / 2])).await;
    let off = send(message(&statement.replace("CLBD", "ITBD"))).await;
    let days = statement.replacen("<Dt>2", "<Dt>1", 1);
    let days = send(message(&days)).await;

    let [kept] = answer.statements.as_slice() else { panic!("{answer:?}") };
    assert_eq!((kept.line_count, kept.closing.clone().unwrap().units), (2, 0));
    assert_eq!(kept.matched_count, 2);
    // The money that was given to the ministry has no number of a bank; every payment has its line.
    let [funds] = answer.breaks.as_slice() else { panic!("{answer:?}") };
    assert_eq!(funds.kind(), BreakKind::Unnumbered);
    assert_eq!(refused(again), ErrorReason::StatementImported);
    assert_eq!(refused(half), ErrorReason::RailReportUnreadable);
    assert_eq!(reason(off, "element"), (ErrorReason::RailReportUnreadable, "Bal".to_owned()));
    let several = (ErrorReason::RailReportUnreadable, "is not of one day".to_owned());
    assert_eq!(reason(days, "why"), several);
    Ok(())
}

fn message(text: &str) -> ImportStatementMessageRequest {
    ImportStatementMessageRequest {
        request_id: fresh(),
        bank_code: "002".to_owned(),
        content: text.as_bytes().to_vec(),
        ..ImportStatementMessageRequest::default()
    }
}
