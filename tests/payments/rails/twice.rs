//! A payment that was given again, and whose first attempt turns out to have been paid.

use rangkai_payments::RailKind;
use rangkai_proto::payments::v1::{
    EnvelopeState, ErrorReason, Instruction, InstructionState as State,
};
use rangkai_testkit::Kind;
use rstest::rstest;

use super::{
    corrections::lines,
    people::{agree, came_back, contradicted, fund, funds, hear, resume, retry, stop, went_out},
    reports::{leave, pain_002},
    support::{EACH, block, envelope, instructions, report, states},
};
use crate::payments::{
    books::Books,
    support::{House, refused, rupiah},
};

/// An envelope with one payment that failed and was given again; and what the bank knows the attempts by.
async fn given_again(house: &House) -> anyhow::Result<(String, [Instruction; 2], [String; 2])> {
    let left = leave(house, 1).await?;
    let (id, order) = (left.envelope_id, left.orders[0].clone());
    let refusal = pain_002(&left.file.name, (1, EACH), &[(&order, "RJCT AM04", EACH)]);
    hear(house, &refusal).await?;
    let failed = instructions(house, &id).await?.remove(0);
    let again = retry(house, &id, &failed).await?;
    let second = again.instruction_id.replace('-', "");
    Ok((id, [failed, again], [order, second]))
}

/// Sends what waits.
async fn execute(house: &House) -> anyhow::Result<u64> {
    block(house, RailKind::File, |_| ()).await?.execute_due().await
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_payment_that_was_made_twice_shows_as_such(
    #[case] kind: Kind,
    #[values(true, false)] decided_first: bool,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let (id, [first, _], [order, second]) = given_again(&house).await?;
    execute(&house).await?;
    fund(&house).await?;

    hear(&house, &went_out(&order)).await?;
    if decided_first {
        agree(&house, (&id, &first), (State::Paid, "NTB-1")).await?;
        Books::open(&house).await?.check_payouts().await?;
        hear(&house, &went_out(&second)).await?;
    } else {
        hear(&house, &went_out(&second)).await?;
        agree(&house, (&id, &first), (State::Paid, "NTB-1")).await?;
    }

    let twice = report(&house, &id).await?;
    assert_eq!((lines(&twice), twice.adds_up), (vec![(State::Paid, "", 1)], true));
    let gone = (twice.paid_twice_count, twice.paid_twice_amount.clone());
    assert_eq!(gone, (1, Some(rupiah(EACH))));
    assert_eq!(twice.envelope.unwrap().state(), EnvelopeState::Completed);
    assert_eq!(funds(&house).await?, (0, 0));
    assert_eq!(
        states(&house, &id).await?,
        [(State::Paid, String::new()), (State::Paid, String::new())]
    );
    Books::open(&house).await?.check_payouts().await?;
    // One of them comes back: now it was paid once.
    hear(&house, &came_back(&second, "AC04")).await?;
    let back = contradicted(&house, &id).await?.remove(0);
    let back = agree(&house, (&id, &back), (State::Failed, "AC04")).await?;
    let once = report(&house, &id).await?;
    assert_eq!((lines(&once), once.adds_up), (vec![(State::Paid, "", 1)], true));
    assert_eq!((once.paid_twice_count, funds(&house).await?), (0, (1, 0)));
    assert_eq!(refused(retry(&house, &id, &back).await), ErrorReason::RetryUnsafe);
    Books::open(&house).await?.check_payouts().await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_payment_whose_first_attempt_was_paid_counts_as_paid_though_the_last_one_failed(
    #[case] kind: Kind,
    #[values(true, false)] decided_first: bool,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let (id, [first, _], [order, second]) = given_again(&house).await?;
    execute(&house).await?;
    fund(&house).await?;

    hear(&house, &went_out(&order)).await?;
    let refusal = came_back(&second, "AM04");
    if decided_first {
        agree(&house, (&id, &first), (State::Paid, "NTB-1")).await?;
        hear(&house, &refusal).await?;
    } else {
        hear(&house, &refusal).await?;
        agree(&house, (&id, &first), (State::Paid, "NTB-1")).await?;
    }

    let paid = report(&house, &id).await?;
    assert_eq!((lines(&paid), paid.adds_up), (vec![(State::Paid, "", 1)], true));
    assert_eq!((paid.paid_twice_count, funds(&house).await?), (0, (1, 0)));
    let failed = instructions(&house, &id).await?.remove(1);
    assert_eq!((failed.state(), failed.retry_safe), (State::Failed, true));
    assert_eq!(refused(retry(&house, &id, &failed).await), ErrorReason::RetryUnsafe);
    assert_eq!(envelope(&house, &id).await?.state(), EnvelopeState::Completed);
    Books::open(&house).await?.check_payouts().await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_attempt_that_waits_goes_out_only_if_the_first_one_was_not_paid(
    #[case] kind: Kind,
    #[values(State::Paid, State::Failed)] truth: State,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let (id, [first, _], [order, second]) = given_again(&house).await?;
    fund(&house).await?;

    hear(&house, &went_out(&order)).await?;
    agree(&house, (&id, &first), (truth, "RK-7")).await?;
    Books::open(&house).await?.check_payouts().await?;
    let paused = envelope(&house, &id).await?.state();
    resume(&house, &id).await?;
    let sent = execute(&house).await?;

    assert_eq!(paused, EnvelopeState::Paused);
    if truth == State::Paid {
        let ends = [(State::Paid, ""), (State::Failed, "PAID_BEFORE")];
        assert_eq!(
            (sent, states(&house, &id).await?),
            (0, ends.map(|(s, w)| (s, w.to_owned())).to_vec())
        );
    } else {
        assert_eq!((sent, hear(&house, &went_out(&second)).await?), (1, 1));
    }
    let done = report(&house, &id).await?;
    assert_eq!((lines(&done), done.adds_up), (vec![(State::Paid, "", 1)], true));
    assert_eq!((done.paid_twice_count, funds(&house).await?), (0, (1, 0)));
    assert_eq!(done.envelope.unwrap().state(), EnvelopeState::Completed);
    Books::open(&house).await?.check_payouts().await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_attempt_that_waits_when_the_envelope_is_stopped_never_goes_out(
    #[case] kind: Kind,
    #[values(true, false)] decided_first: bool,
    #[values(State::Paid, State::Failed)] truth: State,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let (id, [first, _], [order, _]) = given_again(&house).await?;
    fund(&house).await?;
    hear(&house, &went_out(&order)).await?;

    if decided_first {
        agree(&house, (&id, &first), (truth, "RK-7")).await?;
    }
    stop(&house, "auditor", &id).await?;
    let stopped = stop(&house, "comptroller", &id).await?;
    if !decided_first {
        agree(&house, (&id, &first), (truth, "RK-7")).await?;
    }

    let ended = if decided_first { EnvelopeState::Completed } else { EnvelopeState::Paused };
    assert_eq!(stopped.state(), ended);
    assert_eq!(execute(&house).await?, 0);
    let withdrawn = (State::Failed, "WITHDRAWN".to_owned());
    let states = states(&house, &id).await?;
    let done = report(&house, &id).await?;
    if truth == State::Paid {
        assert_eq!(states, [(State::Paid, String::new()), withdrawn]);
        assert_eq!((lines(&done), funds(&house).await?), (vec![(State::Paid, "", 1)], (1, 0)));
    } else {
        assert_eq!(states, [(State::Failed, "AM04".to_owned()), withdrawn]);
        let once = vec![(State::Failed, "WITHDRAWN", 1)];
        assert_eq!((lines(&done), funds(&house).await?), (once, (2, 0)));
    }
    assert!(done.adds_up);
    assert_eq!(done.envelope.unwrap().state(), EnvelopeState::Completed);
    Books::open(&house).await?.check_payouts().await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_request_to_stop_lapses_when_an_envelope_that_completed_goes_on(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let left = leave(&house, 1).await?;
    let id = left.envelope_id;
    stop(&house, "auditor", &id).await?;
    let refusal =
        pain_002(&left.file.name, (1, EACH), &[(left.orders[0].as_str(), "RJCT AM04", EACH)]);
    hear(&house, &refusal).await?;
    let completed = envelope(&house, &id).await?;
    let failed = instructions(&house, &id).await?.remove(0);

    retry(&house, &id, &failed).await?;
    let reopened = envelope(&house, &id).await?;
    let anew = stop(&house, "comptroller", &id).await?;

    assert_eq!(completed.state(), EnvelopeState::Completed);
    assert_eq!((reopened.state(), reopened.stop), (EnvelopeState::Released, None));
    let asked = anew.stop.clone().unwrap();
    assert_eq!((asked.requested_by.as_str(), asked.confirmed_by.as_str()), ("comptroller", ""));
    assert_eq!(anew.state(), EnvelopeState::Paused);
    Ok(())
}
