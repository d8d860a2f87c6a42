//! Ends that were recorded wrongly, and are put right.

use rangkai_payments::RailKind;
use rangkai_proto::payments::v1::{
    EnvelopeState, ErrorReason, GetEnvelopeReportResponse, InstructionResolved,
    InstructionState as State, ReturnFundsRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::{
    people::{
        agree, came_back, contradicted, fund, funds, hear, record, resume, retry, say, unresolved,
        went_out,
    },
    reports::{leave, pain_002},
    support::{EACH, block, envelope, instructions, official, release, report, states},
};
use crate::payments::{
    books::Books,
    events,
    support::{House, reason, refused, rupiah},
};

/// The lines of a report: how many came to which end, and why.
pub fn lines(report: &GetEnvelopeReportResponse) -> Vec<(State, &str, i64)> {
    report.lines.iter().map(|line| (line.state(), line.reason.as_str(), line.count)).collect()
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn money_that_left_after_all_is_paid_once_two_people_say_so(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let left = leave(&house, 2).await?;
    let id = &left.envelope_id;
    let [a, b] = [0, 1].map(|place| left.orders[place].as_str());
    let orders = [(a, "RJCT AC04", EACH), (b, "ACSC", EACH)];
    hear(&house, &pain_002(&left.file.name, (2, EACH * 2), &orders)).await?;
    let completed = envelope(&house, id).await?;

    hear(&house, &went_out(a)).await?;
    let doubted = contradicted(&house, id).await?.remove(0);
    let (open, foreign) =
        (unresolved(&house, "kemensos").await?, unresolved(&house, "imigrasi").await?);
    let before = report(&house, id).await?;
    let put_right = agree(&house, (id, &doubted), (State::Paid, "NTB-1")).await?;
    let late = say(&house, "third", (id, &doubted), (State::Paid, "NTB-1")).await;
    // What the bank said before is no news.
    hear(&house, &went_out(a)).await?;

    assert_eq!(completed.state(), EnvelopeState::Completed);
    assert_eq!((doubted.state(), doubted.contradicted), (State::Failed, true));
    let [order] = open.as_slice() else { panic!("{open:?}") };
    assert_eq!((order.state(), order.contradicted), (State::Failed, true));
    assert_eq!((&order.envelope_id, foreign.len()), (id, 0));
    let held = (before.contradicted_count, before.contradicted_amount.clone());
    assert_eq!(held, (1, Some(rupiah(EACH))));
    assert_eq!(lines(&before), [(State::Failed, "AC04", 1), (State::Paid, "", 1)]);
    let end = (put_right.state(), put_right.rail_reference.as_str(), put_right.contradicted);
    assert_eq!(end, (State::Paid, "NTB-1", false));
    assert_eq!(refused(late), ErrorReason::InstructionState);
    let after = report(&house, id).await?;
    assert_eq!((lines(&after), after.adds_up), (vec![(State::Paid, "", 2)], true));
    let counts = (after.contradicted_count, after.contradictions, after.late_answers);
    assert_eq!(counts, (0, 1, 2));
    assert_eq!(unresolved(&house, "kemensos").await?.len(), 0);
    assert_eq!(envelope(&house, id).await?.state(), EnvelopeState::Completed);
    assert_eq!(funds(&house).await?, (0, 0));
    let told = events::read(house.agency("kemensos")?.client, &doubted.instruction_id).await?;
    let fact: InstructionResolved = rangkai_events::read(&told[0])?.unwrap();
    assert_eq!(
        (fact.paid, fact.recorded(), fact.amount.clone()),
        (true, State::Failed, Some(rupiah(EACH)))
    );
    let rulings = record(&house, id, &doubted).await?.rulings;
    assert_eq!((told.len(), &fact.ruling_id), (1, &rulings[0].ruling_id));
    Books::open(&house).await?.check_payouts().await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn money_that_came_back_can_be_paid_out_again(
    #[case] kind: Kind,
    #[values(("AC04", false), ("AM04", true))] (why, safe): (&str, bool),
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let left = leave(&house, 2).await?;
    let id = &left.envelope_id;
    for order in &left.orders {
        hear(&house, &went_out(order)).await?;
    }

    // The bank says it twice.
    hear(&house, &came_back(&left.orders[0], why)).await?;
    hear(&house, &came_back(&left.orders[0], why)).await?;
    let doubted = contradicted(&house, id).await?.remove(0);
    let before = report(&house, id).await?;
    let early = retry(&house, id, &doubted).await;
    let put_right = agree(&house, (id, &doubted), (State::Failed, why)).await?;

    assert_eq!((before.contradicted_count, before.contradictions), (1, 2));
    assert_eq!(refused(early), ErrorReason::RetryUnsafe);
    let end = (put_right.state(), put_right.reason.as_str(), put_right.returned);
    assert_eq!(end, (State::Failed, why, true));
    assert_eq!((put_right.retry_safe, put_right.rail_reference.is_empty()), (safe, false));
    let after = report(&house, id).await?;
    assert_eq!(lines(&after), [(State::Failed, why, 1), (State::Paid, "", 1)]);
    assert!(after.adds_up && after.lines[0].returned && !after.lines[1].returned);
    assert_eq!(funds(&house).await?, (1, 0));
    Books::open(&house).await?.check_payouts().await?;
    let again = retry(&house, id, &put_right).await;
    if !safe {
        assert_eq!(refused(again), ErrorReason::RetryUnsafe);
        return Ok(());
    }
    // It is an order as any other, and the envelope is complete when it is paid.
    let again = again?;
    block(&house, RailKind::File, |_| ()).await?.execute_due().await?;
    hear(&house, &went_out(&again.instruction_id.replace('-', ""))).await?;
    let done = report(&house, id).await?;
    assert_eq!((lines(&done), done.adds_up), (vec![(State::Paid, "", 2)], true));
    assert_eq!(done.envelope.unwrap().state(), EnvelopeState::Completed);
    Books::open(&house).await?.check_payouts().await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_left_after_all_never_takes_what_is_spoken_for(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let left = leave(&house, 1).await?;
    let (id, order) = (&left.envelope_id, left.orders[0].as_str());
    let refusal = pain_002(&left.file.name, (1, EACH), &[(order, "RJCT AM04", EACH)]);
    hear(&house, &refusal).await?;
    // Nobody needed the money; and there is other money, which another envelope will pay.
    let back = ReturnFundsRequest {
        request_id: fresh(),
        amount: Some(rupiah(EACH)),
        reference: fresh(),
        ..ReturnFundsRequest::default()
    };
    official(&house, "kemensos", "maker")?.funds.return_funds(back).await?;
    let other = release(&house, &["0000001".to_owned()]).await?;

    hear(&house, &went_out(order)).await?;
    let doubted = contradicted(&house, id).await?.remove(0);
    let poor = agree(&house, (id, &doubted), (State::Paid, "NTB-1")).await;
    let states_then = states(&house, id).await?;
    fund(&house).await?;
    let paid = say(&house, "comptroller", (id, &doubted), (State::Paid, "NTB-1")).await?;

    let (why, available) = reason(poor, "available_minor");
    assert_eq!((why, available.as_str()), (ErrorReason::FundsShort, "0"));
    assert_eq!(states_then, [(State::Failed, "AM04".to_owned())]);
    assert_eq!(paid.state(), State::Paid);
    assert_eq!(funds(&house).await?, (1, 1));
    let block = block(&house, RailKind::Sandbox, |_| ()).await?;
    block.execute_due().await?;
    assert_eq!(states(&house, &other).await?, [(State::Paid, String::new())]);
    Books::open(&house).await?.check_payouts().await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_envelope_completes_once_nothing_is_contradicted(
    #[case] kind: Kind,
    #[values(true, false)] decided_first: bool,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let left = leave(&house, 2).await?;
    let id = &left.envelope_id;
    let [a, b] = [0, 1].map(|place| left.orders[place].as_str());
    hear(&house, &went_out(a)).await?;

    hear(&house, &came_back(a, "AC04")).await?;
    let paused = envelope(&house, id).await?.state();
    let doubted = instructions(&house, id).await?.remove(0);
    let resumed = resume(&house, id).await?.state();
    let between = if decided_first {
        agree(&house, (id, &doubted), (State::Failed, "AC04")).await?;
        let between = envelope(&house, id).await?.state();
        hear(&house, &went_out(b)).await?;
        between
    } else {
        hear(&house, &went_out(b)).await?;
        let between = envelope(&house, id).await?.state();
        agree(&house, (id, &doubted), (State::Failed, "AC04")).await?;
        between
    };

    assert_eq!((paused, resumed), (EnvelopeState::Paused, EnvelopeState::Released));
    let waits = if decided_first { EnvelopeState::Released } else { EnvelopeState::Paused };
    assert_eq!(between, waits);
    let done = report(&house, id).await?;
    assert_eq!(lines(&done), [(State::Failed, "AC04", 1), (State::Paid, "", 1)]);
    assert_eq!(done.envelope.unwrap().state(), EnvelopeState::Completed);
    let told = events::types(house.agency("kemensos")?.client, id).await?;
    assert_eq!(told.iter().filter(|it| *it == "EnvelopeCompleted").count(), 1);
    Books::open(&house).await?.check_payouts().await?;
    Ok(())
}
