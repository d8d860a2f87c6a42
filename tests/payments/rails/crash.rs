//! Orders that were taken when something broke: asked about, and never given again.

use std::time::Duration;

use rangkai_payments::RailKind;
use rangkai_proto::payments::v1::{
    EnvelopeState, InstructionState as State, ListRailFilesRequest, RailFile,
    RetryInstructionRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use sea_orm::ConnectionTrait as _;

use super::{
    people::{funds, stop},
    support::{
        accounts, block, envelope, given, instructions, official, release, rows, sandbox, states,
    },
};
use crate::payments::support::House;

const SECOND: Duration = Duration::from_secs(1);

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_was_taken_when_a_replica_died_is_asked_about_by_another(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let (first, second) = (sandbox(&house).await?, sandbox(&house).await?);
    // The bank takes these two, and does not answer.
    let id = release(&house, &accounts(&["001", "941"])).await?;
    let dying = tokio::spawn(async move { first.execute_due().await });
    while given(&house).await?.0 < 2 {
        assert!(!dying.is_finished(), "the call returned");
        tokio::task::yield_now().await;
    }
    dying.abort();
    assert!(dying.await.is_err());

    let handed = second.execute_due().await?;
    let at_once = second.inquire_orders().await?;
    let left = states(&house, &id).await?;
    house.clock.advance(SECOND * 301);
    let too_early = second.inquire_orders().await?;
    house.clock.advance(SECOND * 31);
    let asked = second.inquire_orders().await?;

    assert_eq!((handed, at_once, too_early, asked), (0, 0, 0, 2));
    assert!(left.iter().all(|(state, _)| *state == State::Sent));
    assert!(states(&house, &id).await?.iter().all(|(state, _)| *state == State::Paid));
    assert_eq!(given(&house).await?, (2, 1));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_call_that_breaks_off_says_nothing_of_any_order(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let block = sandbox(&house).await?;
    // The first two come through before it breaks off, the third does not.
    let id = release(&house, &accounts(&["001", "940", "002"])).await?;

    block.execute_due().await?;
    let broken = states(&house, &id).await?;
    house.clock.advance(SECOND * 31);
    block.inquire_orders().await?;
    let asked = instructions(&house, &id).await?;
    let mut treasurer = official(&house, "kemensos", "treasurer")?;
    let again = RetryInstructionRequest {
        request_id: fresh(),
        envelope_id: id.clone(),
        instruction_id: asked[2].instruction_id.clone(),
    };
    treasurer.instructions.retry_instruction(again).await?;
    block.execute_due().await?;

    assert!(broken.iter().all(|(state, _)| *state == State::Unknown));
    let ends: Vec<_> = asked.iter().map(|it| (it.state(), it.retry_safe)).collect();
    assert_eq!(ends, [(State::Paid, false), (State::Paid, false), (State::Failed, true)]);
    assert_eq!(asked[2].reason, "TA01");
    let paid = states(&house, &id).await?;
    assert_eq!(paid.iter().filter(|(state, _)| *state == State::Paid).count(), 3);
    assert_eq!(given(&house).await?, (4, 1));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_file_that_could_not_be_written_never_leaves(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let block = block(&house, RailKind::File, |_| ()).await?;
    let id = release(&house, &accounts(&["001", "002"])).await?;
    let rows = rows(&house).await?;
    rows.execute_unprepared("ALTER TABLE rail_file RENAME TO gone").await?;

    block.execute_due().await?;
    rows.execute_unprepared("ALTER TABLE gone RENAME TO rail_file").await?;
    let broken = states(&house, &id).await?;
    house.clock.advance(SECOND * 31);
    block.inquire_orders().await?;

    assert!(broken.iter().all(|(state, _)| *state == State::Unknown));
    let ends = states(&house, &id).await?;
    assert!(ends.iter().all(|(state, why)| *state == State::Failed && why == "TA01"));
    let mut maker = official(&house, "kemensos", "maker")?;
    let files =
        maker.rails.list_rail_files(ListRailFilesRequest::default()).await?.into_inner().rail_files;
    assert_eq!(files, Vec::<RailFile>::new());
    rows.close().await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn two_replicas_at_once_give_each_order_once(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let small = |config: &mut rangkai_payments::Config| config.rails.batch = 7;
    let first = block(&house, RailKind::Sandbox, small).await?;
    let second = block(&house, RailKind::Sandbox, small).await?;
    let endings: Vec<_> = (0..60).map(|number| format!("{number:03}")).collect();
    let endings: Vec<_> = endings.iter().map(String::as_str).collect();
    let id = release(&house, &accounts(&endings)).await?;

    let (one, two) = tokio::join!(first.execute_due(), second.execute_due());
    let rest = first.execute_due().await?;

    println!("the replicas gave {one:?} and {two:?} orders, and {rest} were left");
    assert_eq!(one? + two? + rest, 60);
    assert_eq!(given(&house).await?, (60, 1));
    assert!(states(&house, &id).await?.iter().all(|(state, _)| *state == State::Paid));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_a_dying_replica_took_comes_to_its_end_though_the_envelope_was_stopped(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let two = |config: &mut rangkai_payments::Config| config.rails.batch = 2;
    let first = block(&house, RailKind::Sandbox, two).await?;
    let id = release(&house, &accounts(&["001", "941", "002", "003"])).await?;
    let dying = tokio::spawn(async move { first.execute_due().await });
    while given(&house).await?.0 < 2 {
        assert!(!dying.is_finished(), "the call returned");
        tokio::task::yield_now().await;
    }
    stop(&house, "auditor", &id).await?;
    let stopped = stop(&house, "comptroller", &id).await?;
    let left = states(&house, &id).await?;
    dying.abort();
    assert!(dying.await.is_err());

    let second = block(&house, RailKind::Sandbox, two).await?;
    house.clock.advance(SECOND * 301);
    let (handed, too_early) = (second.execute_due().await?, second.inquire_orders().await?);
    house.clock.advance(SECOND * 31);
    let asked = second.inquire_orders().await?;

    assert_eq!((stopped.state(), handed, too_early, asked), (EnvelopeState::Paused, 0, 0, 2));
    let withdrawn = (State::Failed, "WITHDRAWN");
    let ends =
        |end| [(end, ""), (end, ""), withdrawn, withdrawn].map(|(at, why)| (at, why.to_owned()));
    assert_eq!(left, ends(State::Sent));
    assert_eq!(states(&house, &id).await?, ends(State::Paid));
    assert_eq!(given(&house).await?, (2, 1));
    assert_eq!(envelope(&house, &id).await?.state(), EnvelopeState::Completed);
    assert_eq!(funds(&house).await?, (2, 0));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_two_replicas_give_while_people_stop_the_envelope_is_all_that_is_paid(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    // So slowly that some is left however soon people are.
    let slow = |config: &mut rangkai_payments::Config| {
        config.rails.batch = 7;
        config.rails.orders_per_second = 1;
    };
    let first = block(&house, RailKind::Sandbox, slow).await?;
    let second = block(&house, RailKind::Sandbox, slow).await?;
    let id = release(&house, &accounts(&["001"; 60])).await?;

    let (one, two, asked, confirmed) = tokio::join!(
        first.execute_due(),
        second.execute_due(),
        stop(&house, "auditor", &id),
        stop(&house, "comptroller", &id),
    );
    house.clock.advance(SECOND * 60);
    let rest = sandbox(&house).await?.execute_due().await?;

    let (one, two) = (one?, two?);
    println!("the replicas gave {one} and {two} orders");
    assert!(asked?.stop.is_some() && confirmed?.stop.is_some());
    assert_eq!((rest, given(&house).await?.0), (0, i64::try_from(one + two)?));
    let states = states(&house, &id).await?;
    let paid = states.iter().filter(|(state, _)| *state == State::Paid).count();
    let withdrawn = states.iter().filter(|(_, why)| why == "WITHDRAWN").count();
    assert_eq!((u64::try_from(paid)?, paid + withdrawn), (one + two, 60));
    assert_eq!(envelope(&house, &id).await?.state(), EnvelopeState::Completed);
    assert_eq!(funds(&house).await?, (i64::try_from(withdrawn)?, 0));
    Ok(())
}
