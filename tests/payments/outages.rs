//! A database that goes away while a call is under way.

use std::time::Duration;

use rangkai_proto::payments::v1::ListBillsRequest;
use rangkai_testkit::Kind;
use rstest::rstest;
use sea_orm::{ConnectionTrait as _, Database};
use tonic::Code;
use tonic_types::StatusExt as _;

use super::support::{House, renewal};

/// Whoever sets it off loses the connection.
const CUT: &str = "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                   PERFORM pg_terminate_backend(pg_backend_pid(), 60000); RETURN NEW; END $$";

#[rstest]
#[case::before_it_is_kept("CREATE TRIGGER cut BEFORE INSERT ON bill FOR EACH ROW")]
#[case::while_it_is_committed(
    "CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON bill INITIALLY DEFERRED FOR EACH ROW"
)]
#[tokio::test]
async fn a_lost_connection_says_neither_yes_nor_no(#[case] trigger: &str) -> anyhow::Result<()> {
    let house = House::open(Kind::Postgres).await?;
    let mut desk = house.korlantas().await?;
    let rows = Database::connect(house.database.config.url.reveal()).await?;
    rows.execute_unprepared(CUT).await?;
    rows.execute_unprepared(&format!("{trigger} EXECUTE FUNCTION cut()")).await?;
    let request = renewal();

    let status = desk.bills.issue_bill(request.clone()).await.unwrap_err();
    rows.execute_unprepared("DROP TRIGGER cut ON bill").await?;
    let issued = desk.bills.issue_bill(request.clone()).await?.into_inner();
    let again = desk.bills.issue_bill(request).await?.into_inner();

    assert_eq!(status.code(), Code::Unavailable, "{status:?}");
    let pause = status.get_details_retry_info().and_then(|retry| retry.retry_delay);
    assert!(pause > Some(Duration::ZERO), "{status:?}");
    assert_eq!(issued, again);
    let bills = desk.bills.list_bills(ListBillsRequest::default()).await?.into_inner().bills;
    assert_eq!(bills, [issued.bill.unwrap()]);
    rows.close().await?;
    Ok(())
}
