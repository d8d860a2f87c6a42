//! Files of orders, and who may see what is in them.

use std::time::Duration;

use rangkai_payments::RailKind;
use rangkai_proto::payments::v1::{
    ErrorReason, GetRailFileRequest, InstructionState as State, ListRailFilesRequest, RailFile,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use sea_orm::{ConnectionTrait as _, Statement};

use super::support::{EACH, accounts, block, official, release, rows, states};
use crate::payments::support::{House, refused};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn orders_leave_in_files_and_every_reading_of_one_is_recorded(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let block = block(&house, RailKind::File, |config| config.rails.batch = 2).await?;
    let id = release(&house, &accounts(&["001", "002", "003"])).await?;

    block.execute_due().await?;
    let mut operator = official(&house, "kemensos", "operator")?;
    let list = ListRailFilesRequest { page_size: 1, ..ListRailFilesRequest::default() };
    let first = operator.rails.list_rail_files(list.clone()).await?.into_inner();
    let next = ListRailFilesRequest { page_token: first.next_page_token, ..list };
    let second = operator.rails.list_rail_files(next).await?.into_inner();
    let get = GetRailFileRequest { rail_file_id: second.rail_files[0].rail_file_id.clone() };
    let before = readings(&house).await?;
    let fetched = operator.rails.get_rail_file(get.clone()).await?.into_inner();

    let counts = [&first.rail_files, &second.rail_files].map(|files| files[0].order_count);
    assert_eq!((counts, second.next_page_token.as_str()), ([1, 2], ""));
    let file = fetched.rail_file.unwrap();
    assert_eq!(file, second.rail_files[0]);
    assert_eq!((&file.envelope_id, file.control_sum), (&id, (EACH * 2).to_string()));
    let content = String::from_utf8(fetched.content)?;
    assert!(content.contains(&format!("<MsgId>{}</MsgId>", file.name)));
    assert!(content.contains("<Nm>Siti &amp; Budi &lt;0&gt;</Nm>"));
    assert!(content.contains("<Id>1000001002</Id>"));
    assert_eq!(readings(&house).await?, before + 1);
    // A bank takes its time: nobody is troubled for a day or two, and nothing leaves again.
    for hours in [1, 24, 24] {
        house.clock.advance(Duration::from_hours(hours));
        block.execute_due().await?;
        block.inquire_orders().await?;
    }
    assert!(states(&house, &id).await?.iter().all(|(state, _)| *state == State::Sent));
    // Nobody else's, and nothing that is not there.
    let mut other = official(&house, "imigrasi", "operator")?;
    let foreign = other.rails.get_rail_file(get).await;
    let missing = GetRailFileRequest { rail_file_id: fresh() };
    let missing = operator.rails.get_rail_file(missing).await;
    assert_eq!(refused(foreign), ErrorReason::RailFileNotFound);
    assert_eq!(refused(missing), ErrorReason::RailFileNotFound);
    let none = other.rails.list_rail_files(ListRailFilesRequest::default()).await?.into_inner();
    assert_eq!(none.rail_files, Vec::<RailFile>::new());
    Ok(())
}

#[tokio::test]
async fn a_rail_that_is_not_set_up_is_given_nothing() -> anyhow::Result<()> {
    let house = House::open(Kind::Sqlite).await?;
    let nobody = |config: &mut rangkai_payments::Config| config.rails.debtor.account.clear();
    let block = block(&house, RailKind::File, nobody).await?;
    let id = release(&house, &accounts(&["001"])).await?;

    assert_eq!(block.execute_due().await?, 0);

    assert_eq!(states(&house, &id).await?, [(State::Valid, String::new())]);
    Ok(())
}

/// How many entries of the audit log tell of a file that was read.
async fn readings(house: &House) -> anyhow::Result<i64> {
    let rows = rows(house).await?;
    let count = "SELECT COUNT(*) AS found FROM audit WHERE operation LIKE '%GetRailFile'";
    let statement = Statement::from_string(rows.get_database_backend(), count);
    let found = rows.query_one_raw(statement).await?.unwrap().try_get("", "found")?;
    rows.close().await?;
    Ok(found)
}
