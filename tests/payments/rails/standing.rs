//! Where instructions stand: nobody writes down that one is valid or sent, and yet everybody sees it.

use std::time::Duration;

use rangkai_payments::RailKind;
use rangkai_proto::payments::v1::{
    InstructionState as State, ListInstructionsRequest, RetryInstructionRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use sea_orm::{ConnectionTrait as _, Statement, Value};
use uuid::Uuid;

use super::support::{
    accounts, block, envelope, given, instructions, official, release, report, rows, sandbox,
    states,
};
use crate::payments::support::House;

/// How many instructions of an envelope are listed in each state that has any.
async fn listed(house: &House, id: &str) -> anyhow::Result<Vec<(State, usize)>> {
    let mut maker = official(house, "kemensos", "maker")?;
    let mut found = Vec::new();
    for number in 1..=8 {
        let state = State::try_from(number)?;
        let envelope_id = id.to_owned();
        let list = ListInstructionsRequest {
            envelope_id,
            state: state.into(),
            ..ListInstructionsRequest::default()
        };
        let list = maker.instructions.list_instructions(list).await?.into_inner().instructions;
        assert!(list.iter().all(|it| it.state() == state), "{list:?}");
        found.extend((!list.is_empty()).then_some((state, list.len())));
    }
    Ok(found)
}

/// What the envelope and its report say of the same.
async fn told(house: &House, id: &str) -> anyhow::Result<[Vec<(State, i64)>; 2]> {
    let tallies = envelope(house, id).await?.tallies;
    let lines = report(house, id).await?.lines;
    let mut lines: Vec<_> = lines.iter().map(|line| (line.state(), line.count)).collect();
    lines.sort_unstable();
    Ok([tallies.iter().map(|it| (it.state(), it.count)).collect(), lines])
}

/// Changes rows as only this test may.
async fn write(house: &House, sql: &str, values: &[Value]) -> anyhow::Result<()> {
    let rows = rows(house).await?;
    let backend = rows.get_database_backend();
    rows.execute_raw(Statement::from_sql_and_values(backend, sql, values.to_vec())).await?;
    rows.close().await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_instruction_is_listed_by_where_it_stands(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let small = |config: &mut rangkai_payments::Config| config.rails.batch = 3;
    let dying = block(&house, RailKind::Sandbox, small).await?;
    let other = block(&house, RailKind::Sandbox, small).await?;
    // The bank takes the first three, and does not answer.
    let id = release(&house, &accounts(&["001", "941", "002", "003", "004"])).await?;

    let released = (listed(&house, &id).await?, told(&house, &id).await?);
    let dying = tokio::spawn(async move { dying.execute_due().await });
    while given(&house).await?.0 < 3 {
        assert!(!dying.is_finished(), "the call returned");
        tokio::task::yield_now().await;
    }
    dying.abort();
    assert!(dying.await.is_err());
    let taken = (listed(&house, &id).await?, told(&house, &id).await?);
    // Longer than the dead one may keep the envelope to itself.
    house.clock.advance(Duration::from_mins(3));
    other.execute_due().await?;
    let ended = (listed(&house, &id).await?, told(&house, &id).await?);

    let same = |standing: &[(State, i64)]| {
        let listed =
            standing.iter().map(|(state, count)| (*state, usize::try_from(*count).unwrap()));
        (listed.collect::<Vec<_>>(), [standing.to_vec(), standing.to_vec()])
    };
    assert_eq!(released, same(&[(State::Valid, 5)]));
    assert_eq!(taken, same(&[(State::Valid, 2), (State::Sent, 3)]));
    assert_eq!(ended, same(&[(State::Sent, 3), (State::Paid, 2)]));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_an_earlier_release_wrote_down_is_taken_as_it_was_meant(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let block = sandbox(&house).await?;
    let id = release(&house, &accounts(&["001", "002", "003"])).await?;
    let all = instructions(&house, &id).await?;
    // It wrote each state down, and took the first to be sent.
    write(&house, "UPDATE instruction SET state = 'valid'", &[]).await?;
    let first: Value = Uuid::parse_str(&all[0].instruction_id)?.into();
    let sent = "UPDATE instruction SET state = 'sent' WHERE instruction_id = $1";
    write(&house, sent, std::slice::from_ref(&first)).await?;
    write(&house, "UPDATE envelope SET taken_after = $1", &[first]).await?;
    let each = "UPDATE tally SET item_count = item_count + $1, \
                amount_minor = amount_minor + 60000000 * $1 WHERE state = $2";
    for (change, state) in [(-1_i64, "valid"), (1, "sent")] {
        write(&house, each, &[change.into(), state.into()]).await?;
    }

    let before = listed(&house, &id).await?;
    let handed = block.execute_due().await?;

    assert_eq!(before, [(State::Valid, 2), (State::Sent, 1)]);
    assert_eq!((handed, given(&house).await?), (2, (2, 1)));
    assert_eq!(listed(&house, &id).await?, [(State::Sent, 1), (State::Paid, 2)]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_instruction_given_again_is_sent_whatever_the_clock_of_a_replica_said(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let block = sandbox(&house).await?;
    let id = release(&house, &accounts(&["901", "001"])).await?;
    block.execute_due().await?;
    let failed = instructions(&house, &id).await?.remove(0);
    // A replica whose clock is ahead took one that came much later.
    let ahead = Uuid::from_u128(Uuid::now_v7().as_u128() + (1_u128 << 120));
    write(&house, "UPDATE envelope SET taken_after = $1", &[ahead.into()]).await?;

    let mut treasurer = official(&house, "kemensos", "treasurer")?;
    let again = RetryInstructionRequest {
        request_id: fresh(),
        envelope_id: id.clone(),
        instruction_id: failed.instruction_id,
    };
    let again = treasurer.instructions.retry_instruction(again).await?.into_inner().instruction;
    let handed = block.execute_due().await?;

    assert_eq!(again.unwrap().state(), State::Valid);
    // This account fails for now, always: what counts is that it was tried.
    assert_eq!((handed, given(&house).await?), (1, (3, 1)));
    let ends = states(&house, &id).await?;
    assert!(ends.iter().all(|(state, _)| *state != State::Valid), "{ends:?}");
    Ok(())
}
