//! Orders of which nobody spoke, where the books about them are out of step.

use std::time::Duration;

use rangkai_proto::payments::v1::InstructionState as State;
use rangkai_testkit::Kind;
use rstest::rstest;
use sea_orm::ConnectionTrait as _;

use super::support::{accounts, given, instructions_of, release, release_of, rows, sandbox};
use crate::payments::support::House;

const SECOND: Duration = Duration::from_secs(1);

/// The states of all instructions of an envelope.
async fn standing(house: &House, agency: &str, id: &str) -> anyhow::Result<Vec<State>> {
    let all = instructions_of(house, agency, id).await?;
    Ok(all.into_iter().map(|it| it.state()).collect())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn orders_that_cannot_become_unknown_hold_nobody_up_and_are_looked_at_later(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let (dying, block) = (sandbox(&house).await?, sandbox(&house).await?);
    // The bank takes these two, and does not answer; whoever gave them dies.
    let stuck = release(&house, &accounts(&["001", "941"])).await?;
    let dying = tokio::spawn(async move { dying.execute_due().await });
    while given(&house).await?.0 < 2 {
        assert!(!dying.is_finished(), "the call returned");
        tokio::task::yield_now().await;
    }
    dying.abort();
    assert!(dying.await.is_err());
    // The count of orders that are sent is lost: nothing can be taken off it.
    let rows = rows(&house).await?;
    let sent = "WHERE agency = 'kemensos' AND state = 'sent'";
    rows.execute_unprepared(&format!("UPDATE tally SET item_count = 0 {sent}")).await?;
    house.clock.advance(SECOND * 301);
    let others = ["2000000001".to_owned(), "2000000940".to_owned()];
    let other = release_of(&house, "kemendikbud", &others).await?;
    block.execute_due().await?;
    let unknown = standing(&house, "kemendikbud", &other).await?;
    house.clock.advance(SECOND * 31);

    let asked = block.inquire_orders().await?;
    let of_other = standing(&house, "kemendikbud", &other).await?;
    rows.execute_unprepared(&format!("UPDATE tally SET item_count = 2 {sent}")).await?;
    let at_once = block.inquire_orders().await?;
    let left_alone = standing(&house, "kemensos", &stuck).await?;
    house.clock.advance(SECOND * 61);
    let later = block.inquire_orders().await?;
    let fell = standing(&house, "kemensos", &stuck).await?;
    house.clock.advance(SECOND * 31);
    let at_last = block.inquire_orders().await?;

    assert_eq!(unknown, [State::Unknown; 2]);
    assert_eq!((asked, of_other), (2, vec![State::Paid; 2]));
    assert_eq!((at_once, left_alone), (0, vec![State::Sent; 2]));
    assert_eq!((later, fell), (0, vec![State::Unknown; 2]));
    assert_eq!(at_last, 2);
    assert_eq!(standing(&house, "kemensos", &stuck).await?, [State::Paid; 2]);
    rows.close().await?;
    Ok(())
}
