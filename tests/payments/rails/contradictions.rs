//! A bank that says otherwise than it said before.

use rangkai_payments::RailKind;
use rangkai_proto::payments::v1::{
    EnvelopeState, ErrorReason, InstructionState as State, PauseReason,
};
use rangkai_testkit::Kind;
use rstest::rstest;

use super::{
    people::{agree, resume, retry},
    reports::{camt_054, import, leave, pain_002},
    support::{EACH, block, envelope, instructions, official, report, states},
};
use crate::payments::support::{House, refused};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_was_paid_after_all_is_not_given_again_and_somebody_looks(
    #[case] kind: Kind,
    #[values(true, false)] at_the_end: bool,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let left = leave(&house, 2).await?;
    let id = &left.envelope_id;
    let mut operator = official(&house, "kemensos", "operator")?;
    let [a, b] = [0, 1].map(|place| left.orders[place].as_str());
    let say = |orders: &[(&str, &str, i64)]| pain_002(&left.file.name, (2, EACH * 2), orders);

    import(&mut operator, &say(&[(a, "RJCT AM04", EACH), (b, "PDNG", EACH)])).await?;
    let safe = instructions(&house, id).await?.remove(0);
    // The contradiction comes with the last answer, or before it.
    if at_the_end {
        import(&mut operator, &say(&[(a, "ACSC", EACH), (b, "ACSC", EACH)])).await?;
    } else {
        import(&mut operator, &say(&[(a, "ACSC", EACH)])).await?;
        import(&mut operator, &say(&[(b, "ACSC", EACH)])).await?;
    }
    let doubted = instructions(&house, id).await?.remove(0);
    let held = envelope(&house, id).await?;
    let twice = retry(&house, id, &doubted).await;
    let resumed = resume(&house, id).await?;
    let later = retry(&house, id, &doubted).await;
    agree(&house, (id, &doubted), (State::Paid, "NTB-1")).await?;

    assert_eq!((safe.state(), safe.retry_safe), (State::Failed, true));
    assert_eq!((doubted.state(), doubted.retry_safe), (State::Failed, false));
    let why = (held.state(), held.pause_reason());
    assert_eq!(why, (EnvelopeState::Paused, PauseReason::Contradiction));
    assert_eq!(refused(twice), ErrorReason::RetryUnsafe);
    assert_eq!(resumed.state(), EnvelopeState::Released);
    assert_eq!(refused(later), ErrorReason::RetryUnsafe);
    let told = report(&house, id).await?;
    assert_eq!((told.contradictions, told.contradicted_count), (1, 0));
    assert_eq!(told.envelope.unwrap().state(), EnvelopeState::Completed);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_attempt_that_waits_is_not_sent_while_the_first_one_may_have_been_paid(
    #[case] kind: Kind,
    #[values(State::Paid, State::Failed)] truth: State,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let left = leave(&house, 1).await?;
    let id = &left.envelope_id;
    let mut operator = official(&house, "kemensos", "operator")?;
    let order = left.orders[0].as_str();
    let say = |status| pain_002(&left.file.name, (1, EACH), &[(order, status, EACH)]);

    import(&mut operator, &say("RJCT AM04")).await?;
    let failed = instructions(&house, id).await?.remove(0);
    retry(&house, id, &failed).await?;
    import(&mut operator, &say("ACSC")).await?;
    resume(&house, id).await?;
    let handed = block(&house, RailKind::File, |_| ()).await?.execute_due().await?;

    assert_eq!(handed, 0);
    let ends = states(&house, id).await?;
    let expected = ["AM04", "PAID_BEFORE"].map(|why| (State::Failed, why.to_owned()));
    assert_eq!(ends, expected);
    let again = instructions(&house, id).await?.remove(1);
    assert_eq!(refused(retry(&house, id, &again).await), ErrorReason::RetryUnsafe);
    let held = envelope(&house, id).await?;
    let why = (held.state(), held.pause_reason());
    assert_eq!(why, (EnvelopeState::Paused, PauseReason::Contradiction));
    agree(&house, (id, &failed), (truth, "NTB-1")).await?;
    assert_eq!(envelope(&house, id).await?.state(), EnvelopeState::Completed);
    // Only if nobody was paid is there somebody to pay.
    let again = retry(&house, id, &again).await;
    assert_eq!(again.is_ok(), truth == State::Failed, "{again:?}");
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn notices_about_the_same_envelopes_at_once_are_both_heard(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let (first, second) = (leave(&house, 2).await?, leave(&house, 2).await?);
    let both = |one: &str, other: &str| {
        let (notice, more) = (camt_054(one, EACH), camt_054(other, EACH));
        let begin = more.find("<Ntry>").unwrap();
        let end = more.find("</Ntfctn>").unwrap();
        notice.replace("</Ntfctn>", &format!("{}</Ntfctn>", &more[begin..end]))
    };
    let one = both(&first.orders[0], &second.orders[0]);
    let two = both(&second.orders[1], &first.orders[1]);
    let mut operator = official(&house, "kemensos", "operator")?;
    let mut colleague = official(&house, "kemensos", "colleague")?;

    let (one, two) = tokio::join!(import(&mut operator, &one), import(&mut colleague, &two));

    assert_eq!((one?.settled_count, two?.settled_count), (2, 2));
    for id in [first.envelope_id, second.envelope_id] {
        assert!(states(&house, &id).await?.iter().all(|(state, _)| *state == State::Paid));
        assert_eq!(envelope(&house, &id).await?.state(), EnvelopeState::Completed);
    }
    Ok(())
}
