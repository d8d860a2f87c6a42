//! How fast orders leave, and what a pause holds back.

use std::time::{Duration, Instant};

use rangkai_payments::RailKind;
use rangkai_proto::payments::v1::{
    InstructionState as State, PauseEnvelopeRequest, ResumeEnvelopeRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::support::{accounts, block, given, official, release, states};
use crate::payments::support::House;

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_bank_is_given_no_more_than_it_can_take_and_a_paused_envelope_nothing(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let block = block(&house, RailKind::Sandbox, |config| {
        config.rails.orders_per_second = 2;
        config.rails.batch = 3;
    })
    .await?;
    let id = release(&house, &accounts(&["001"; 30])).await?;
    let mut treasurer = official(&house, "kemensos", "treasurer")?;
    let mut checker = official(&house, "kemensos", "first")?;
    let begin = Instant::now();

    let full = block.execute_due().await?;
    let pause = PauseEnvelopeRequest { request_id: fresh(), envelope_id: id.clone() };
    treasurer.envelopes.pause_envelope(pause).await?;
    house.clock.advance(Duration::from_mins(1));
    let paused = block.execute_due().await?;
    let resume = ResumeEnvelopeRequest { request_id: fresh(), envelope_id: id.clone() };
    checker.envelopes.resume_envelope(resume).await?;
    let resumed = block.execute_due().await?;

    // However long a pause was, no more than a batch has gathered; more only as time goes by.
    let gone_by = begin.elapsed().as_secs() + 1;
    println!("{full} and {resumed} orders were given in about {gone_by} s");
    assert_eq!(paused, 0);
    assert!((3..=3 + 2 * gone_by).contains(&full));
    assert!((3..=3 + 2 * gone_by).contains(&resumed));
    for _ in 0..10 {
        house.clock.advance(Duration::from_mins(1));
        block.execute_due().await?;
    }
    assert_eq!(given(&house).await?, (30, 1));
    assert!(states(&house, &id).await?.iter().all(|(state, _)| *state == State::Paid));
    Ok(())
}
