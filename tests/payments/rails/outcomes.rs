//! What a bank makes of orders: everything that banks do.

use std::time::Duration;

use rangkai_proto::payments::v1::{
    EnvelopeState, InstructionState as State, ListUnresolvedOrdersRequest, ProveLedgerRequest,
};
use rangkai_testkit::Kind;
use rstest::rstest;

use super::support::{EACH, accounts, envelope, given, official, release, report, sandbox, states};
use crate::payments::support::{House, rupiah};

fn is(state: State) -> (State, String) {
    (state, String::new())
}

fn failed(reason: &str) -> (State, String) {
    (State::Failed, reason.to_owned())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn every_order_comes_to_one_end_whatever_the_bank_does(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let block = sandbox(&house).await?;
    let all = accounts(&["001", "900", "901", "920", "921", "931", "911", "910", "930", "912"]);
    let id = release(&house, &all).await?;

    let handed = block.execute_due().await?;
    assert_eq!((handed, block.execute_due().await?), (10, 0));
    let at_once = states(&house, &id).await?;
    // One inquiry after the other, and one more for which there is nothing left to ask.
    let mut asked = Vec::new();
    let mut seen = Vec::new();
    for pause in [30, 120, 600, 600, 3_600, 3_600, 86_400] {
        house.clock.advance(Duration::from_secs(pause));
        asked.push(block.inquire_orders().await?);
        seen.push(states(&house, &id).await?);
    }

    let (paid, unknown) = (is(State::Paid), is(State::Unknown));
    let first = [paid.clone(), failed("AC04"), failed("AM04"), paid.clone(), paid.clone()];
    assert_eq!(at_once[..5], first);
    assert_eq!(at_once[5], is(State::Sent));
    assert_eq!(at_once[6..], [State::Unknown; 4].map(is));
    // Taken but not yet paid; failed after all; paid at the second inquiry; late; silent for ever.
    let after = |inquiry: usize, place: usize| seen[inquiry][place].clone();
    assert_eq!((after(0, 5), after(0, 6)), (paid.clone(), failed("AC06")));
    assert_eq!((after(0, 7), after(1, 7)), (unknown.clone(), paid.clone()));
    assert_eq!((after(2, 8), after(3, 8)), (unknown, paid));
    assert_eq!(after(6, 9), is(State::NeedsPerson));
    assert_eq!(asked, [5, 3, 2, 0, 1, 0, 0]);
    for (before, now) in seen.iter().zip(&seen[1..]) {
        let ended = |(state, _): &(State, String)| matches!(state, State::Paid | State::Failed);
        assert!(before.iter().zip(now).all(|(before, now)| !ended(before) || before == now));
    }
    // What needs a person is found, page by page, and by nobody else.
    let mut operator = official(&house, "kemensos", "operator")?;
    let list =
        ListUnresolvedOrdersRequest { page_size: 1, ..ListUnresolvedOrdersRequest::default() };
    let unresolved = operator.rails.list_unresolved_orders(list.clone()).await?.into_inner();
    let mut other = official(&house, "imigrasi", "operator")?;
    let foreign = other.rails.list_unresolved_orders(list).await?.into_inner().orders;
    let [order] = unresolved.orders.as_slice() else { panic!("{unresolved:?}") };
    assert_eq!((order.state(), &order.envelope_id), (State::NeedsPerson, &id));
    assert_eq!((order.amount.clone(), order.inquiry_count), (Some(rupiah(EACH)), 0));
    assert_eq!((order.contradicted, foreign.len()), (false, 0));
    // So is what the bank contradicts.
    let next = ListUnresolvedOrdersRequest { page_token: unresolved.next_page_token, page_size: 1 };
    let rest = operator.rails.list_unresolved_orders(next).await?.into_inner();
    let [order] = rest.orders.as_slice() else { panic!("{rest:?}") };
    assert_eq!((order.state(), order.contradicted), (State::Paid, true));
    assert_eq!((order.next_inquiry_time, rest.next_page_token.as_str()), (None, ""));
    prove(&house, &id, 10).await
}

/// Nothing was given twice, what was said twice is kept as such, and the books are sound.
async fn prove(house: &House, id: &str, orders: i64) -> anyhow::Result<()> {
    let (found, most) = given(house).await?;
    println!("the sandbox remembers {found} orders, none of them given more than {most} times");
    assert_eq!((found, most), (orders, 1));
    let told = report(house, id).await?;
    assert!(told.adds_up);
    assert_eq!((told.late_answers, told.contradictions), (2, 1));
    assert_ne!(envelope(house, id).await?.state(), EnvelopeState::Completed);
    let mut desk = house.agency("kemensos")?;
    assert!(desk.ledger.prove_ledger(ProveLedgerRequest {}).await?.into_inner().sound);
    Ok(())
}
