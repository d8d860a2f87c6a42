//! Who says what is true, when, and after whom.

use std::time::Duration;

use rangkai_payments::RailKind;
use rangkai_proto::payments::v1::{
    ErrorReason, InstructionRuling, InstructionState as State, ResolveInstructionRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::{
    people::{
        agree, came_back, contradicted, fund, funds, hear, record, retry, say, unresolved, went_out,
    },
    reports::{leave, pain_002},
    support::{EACH, block, instructions, official, report},
};
use crate::payments::{
    books::Books,
    support::{House, refused},
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn it_takes_two_people_who_say_the_same(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let left = leave(&house, 1).await?;
    let (id, order) = (&left.envelope_id, left.orders[0].as_str());
    hear(&house, &went_out(order)).await?;
    let paid = instructions(&house, id).await?.remove(0);
    let about = (id.as_str(), &paid);
    let (gone, there) = ((State::Failed, "AC04"), (State::Paid, "NTB-1"));

    let nothing = say(&house, "a", about, gone).await;
    hear(&house, &came_back(order, "AC04")).await?;
    let first = say(&house, "a", about, gone).await?;
    let alone = say(&house, "a", about, gone).await;
    // Whoever says otherwise, or the same in other words, proposes that instead.
    let contrary = say(&house, "b", about, there).await?;
    let other_words = say(&house, "b", about, (State::Failed, "AC06")).await?;
    let request = ResolveInstructionRequest {
        request_id: fresh(),
        envelope_id: id.clone(),
        instruction_id: paid.instruction_id.clone(),
        outcome: State::Failed.into(),
        evidence: "AC04".to_owned(),
    };
    let mut stranger = official(&house, "imigrasi", "b")?.instructions;
    let foreign = stranger.resolve_instruction(request).await;
    // The first person thinks again, and then again; the contrary was said too long ago to count.
    say(&house, "a", about, there).await?;
    say(&house, "a", about, gone).await?;
    let second = say(&house, "b", about, gone).await?;

    assert_eq!(refused(nothing), ErrorReason::InstructionState);
    assert_eq!((first.state(), first.contradicted), (State::Paid, true));
    assert_eq!(refused(alone), ErrorReason::SamePerson);
    assert_eq!((contrary.state(), contrary.contradicted), (State::Paid, true));
    assert_eq!((other_words.state(), other_words.contradicted), (State::Paid, true));
    assert_eq!(refused(foreign), ErrorReason::EnvelopeNotFound);
    assert_eq!((second.state(), second.contradicted), (State::Failed, false));
    let said = record(&house, id, &paid).await?;
    let rulings = said.rulings.iter().rev();
    let rulings: Vec<_> =
        rulings.map(|it| (it.said_by.as_str(), it.outcome(), it.confirms)).collect();
    let (gone, there) = (State::Failed, State::Paid);
    let expected = [
        ("a", gone, false),
        ("b", there, false),
        ("b", gone, false),
        ("a", there, false),
        ("a", gone, false),
        ("b", gone, true),
    ];
    assert_eq!(rulings, expected);
    let [contradiction] = said.contradictions.as_slice() else { panic!("{said:?}") };
    assert_eq!((contradiction.outcome(), contradiction.reason.as_str()), (State::Failed, "AC04"));
    Books::open(&house).await?.check_payouts().await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_end_that_turns_again_is_put_right_again(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let left = leave(&house, 1).await?;
    let (id, order) = (&left.envelope_id, left.orders[0].as_str());
    let refusal = pain_002(&left.file.name, (1, EACH), &[(order, "RJCT AC04", EACH)]);
    hear(&house, &refusal).await?;
    let failed = instructions(&house, id).await?.remove(0);
    let books = Books::open(&house).await?;

    let mut ends = Vec::new();
    for turn in 0..4 {
        let there = turn % 2 == 0;
        let message = if there { went_out(order) } else { came_back(order, "AC06") };
        hear(&house, &message).await?;
        let evidence = if there { "NTB-1" } else { "AC06" };
        let outcome = if there { State::Paid } else { State::Failed };
        let end = agree(&house, (id, &failed), (outcome, evidence)).await?;
        books.check_payouts().await?;
        ends.push((end.state(), end.returned, funds(&house).await?.0));
    }

    let (paid, returned) = ((State::Paid, false, 0), (State::Failed, true, 1));
    assert_eq!(ends, [paid, returned, paid, returned]);
    let said = record(&house, id, &failed).await?;
    let recorded: Vec<_> = said.rulings.iter().rev().map(InstructionRuling::recorded).collect();
    let (failed, paid) = (State::Failed, State::Paid);
    assert_eq!(recorded, [failed, failed, paid, paid, failed, failed, paid, paid]);
    assert_eq!(said.contradictions.len(), 4);
    let posted = "SELECT description, COUNT(*) FROM transfer \
                  WHERE description LIKE 'payments.%' GROUP BY description ORDER BY description";
    let expected = [("payments.returned".to_owned(), 2), ("payments.settled".to_owned(), 2)];
    assert_eq!(books.numbers(posted).await?, expected);
    let audited = "SELECT COUNT(*) FROM audit WHERE operation LIKE '%/ResolveInstruction' \
                   AND subjects LIKE '%instruction%'";
    assert_eq!(books.count(audited).await?, 8);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn two_second_people_at_once_put_right_once(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let left = leave(&house, 2).await?;
    let id = left.envelope_id.as_str();
    for order in &left.orders {
        hear(&house, &went_out(order)).await?;
        hear(&house, &came_back(order, "AC04")).await?;
    }
    let all = instructions(&house, id).await?;
    let gone = (State::Failed, "AC04");

    say(&house, "a", (id, &all[0]), gone).await?;
    let (one, two) =
        tokio::join!(say(&house, "b", (id, &all[0]), gone), say(&house, "c", (id, &all[0]), gone),);
    // Two who propose at once are two who say the same.
    let (three, four) =
        tokio::join!(say(&house, "b", (id, &all[1]), gone), say(&house, "c", (id, &all[1]), gone),);

    let (one, two) = if one.is_ok() { (one, two) } else { (two, one) };
    assert_eq!(one?.state(), State::Failed);
    assert_eq!(refused(two), ErrorReason::InstructionState);
    let mut contradicted = [three?.contradicted, four?.contradicted];
    contradicted.sort_unstable();
    assert_eq!(contradicted, [false, true]);
    assert_eq!(funds(&house).await?, (2, 0));
    Books::open(&house).await?.check_payouts().await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_was_proposed_before_the_rail_spoke_counts_no_more(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let left = leave(&house, 1).await?;
    let (id, order) = (left.envelope_id.as_str(), left.orders[0].as_str());
    let block = block(&house, RailKind::File, |_| ()).await?;
    for _ in 0..5 {
        house.clock.advance(Duration::from_hours(25));
        block.inquire_orders().await?;
    }
    let silent = instructions(&house, id).await?.remove(0);
    let gone = (State::Failed, "AC04");

    say(&house, "a", (id, &silent), gone).await?;
    hear(&house, &went_out(order)).await?;
    hear(&house, &came_back(order, "AC04")).await?;
    let proposed = say(&house, "b", (id, &silent), gone).await?;
    let confirmed = say(&house, "a", (id, &silent), gone).await?;

    assert_eq!(silent.state(), State::NeedsPerson);
    assert_eq!((proposed.state(), proposed.contradicted), (State::Paid, true));
    assert_eq!((confirmed.state(), confirmed.contradicted), (State::Failed, false));
    Books::open(&house).await?.check_payouts().await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_people_find_to_be_right_stands_until_the_rail_says_so_again(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let left = leave(&house, 1).await?;
    let (id, order) = (left.envelope_id.as_str(), left.orders[0].as_str());
    let refusal = pain_002(&left.file.name, (1, EACH), &[(order, "RJCT AM04", EACH)]);
    hear(&house, &refusal).await?;
    hear(&house, &went_out(order)).await?;
    let doubted = instructions(&house, id).await?.remove(0);

    let stands = agree(&house, (id, &doubted), (State::Failed, "BANK-LETTER-7")).await?;
    let unposted = funds(&house).await?;
    hear(&house, &went_out(order)).await?;
    let again = contradicted(&house, id).await?.len();
    let late = retry(&house, id, &stands).await;
    agree(&house, (id, &doubted), (State::Failed, "BANK-LETTER-8")).await?;
    let retried = retry(&house, id, &stands).await?;

    assert!(!doubted.retry_safe && stands.retry_safe);
    let end = (stands.state(), stands.reason.as_str(), stands.returned, stands.contradicted);
    assert_eq!(end, (State::Failed, "AM04", false, false));
    assert_eq!((unposted, again), ((1, 0), 1));
    assert_eq!(refused(late), ErrorReason::RetryUnsafe);
    assert_eq!((retried.state(), retried.attempt), (State::Valid, 2));
    assert_eq!(unresolved(&house, "kemensos").await?.len(), 0);
    fund(&house).await?;
    block(&house, RailKind::File, |_| ()).await?.execute_due().await?;
    hear(&house, &went_out(&retried.instruction_id.replace('-', ""))).await?;
    assert!(report(&house, id).await?.adds_up);
    Books::open(&house).await?.check_payouts().await?;
    Ok(())
}
