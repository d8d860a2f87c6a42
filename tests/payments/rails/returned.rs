//! What banks book of payments whose end turned out to be another one.

use rangkai_proto::payments::v1::{
    BankStatementLine, Break, BreakKind, BreakResolution, BreakState, Flow,
    InstructionState as State,
};
use rangkai_testkit::Kind;
use rstest::rstest;

use super::{
    booked::{ministry, order},
    people::{agree, came_back, contradicted, fund, hear, went_out},
    reports::{leave, pain_002},
    support::{EACH, instructions},
};
use crate::payments::{
    books::Books,
    clerks::{Bank, again, breaks, clerks, line, resolve},
    support::{DAY, House},
};

/// The bank's line for an order that it gave back.
fn back(number: &str, name: &str) -> BankStatementLine {
    BankStatementLine { end_to_end_id: name.to_owned(), ..line(number, Flow::In, EACH) }
}

/// What still waits for the bank, but for money that has no number.
async fn waiting(house: &House) -> anyhow::Result<Vec<Break>> {
    let [clerk, _] = clerks(house, "kemensos")?;
    let all = breaks(&clerk).await?.into_iter();
    Ok(all.filter(|it| it.settle_time.is_none() && it.kind() != BreakKind::Unnumbered).collect())
}

/// What accounts of the ministry hold, in payments.
async fn payments<const N: usize>(house: &House, codes: [&str; N]) -> anyhow::Result<[i64; N]> {
    let books = Books::open(house).await?;
    let mut found = [0; N];
    for (place, code) in codes.iter().enumerate() {
        found[place] = books.balance(code).await? / (EACH * 100);
    }
    Ok(found)
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn money_that_came_back_has_a_line_each_way(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let left = leave(&house, 2).await?;
    let mut bank = Bank::bri();
    let both = ministry(&house, &mut bank).await?;
    house.clock.advance(DAY);
    for name in &left.orders {
        hear(&house, &went_out(name)).await?;
    }
    let [first, second] = [0, 1].map(|place| left.orders[place].as_str());
    let lines = [order("N-1", first), order("N-2", second), back("N-3", first)];
    // The bank says that it gave one back before anybody here does.
    let found = bank.says(&house, &both[0], &lines).await?.breaks;
    let [early] = &found[..] else { panic!("{found:?}") };
    assert_eq!((early.kind(), early.flow()), (BreakKind::MissingHere, Flow::In));
    for name in [first, second] {
        hear(&house, &came_back(name, "AC04")).await?;
    }
    for doubted in contradicted(&house, &left.envelope_id).await? {
        agree(&house, (&left.envelope_id, &doubted), (State::Failed, "AC04")).await?;
    }

    let shown = bank.shows_next_day(&house, &both[0], &[]).await?;

    assert_eq!(again(&both[0], early).await?.state(), BreakState::Resolved);
    assert_eq!(shown, [(BreakKind::MissingThere, second.to_owned())]);
    let lacks = waiting(&house).await?.remove(0);
    assert_eq!((lacks.flow(), lacks.recorded_flow()), (Flow::In, Flow::In));
    resolve(&both, &lacks, BreakResolution::Claim).await?;
    assert_eq!(payments(&house, ["disbursement", "bank_claims"]).await?, [1, 1]);
    assert_eq!(bank.shows_next_day(&house, &both[0], &[]).await?, []);
    assert_eq!(bank.shows_next_day(&house, &both[0], &[back("N-4", second)]).await?, []);
    assert!(again(&both[0], &lacks).await?.settle_time.is_some());
    assert_eq!(payments(&house, ["disbursement", "bank_claims"]).await?, [2, 0]);
    assert_eq!(waiting(&house).await?, []);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_never_left_is_expected_no_more(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let left = leave(&house, 1).await?;
    let mut bank = Bank::bri();
    let both = ministry(&house, &mut bank).await?;
    house.clock.advance(DAY);
    hear(&house, &went_out(&left.orders[0])).await?;
    bank.shows(&house, &both[0], &[]).await?;
    let lacks = waiting(&house).await?.remove(0);
    resolve(&both, &lacks, BreakResolution::Excess).await?;
    assert_eq!(payments(&house, ["disbursement", "disbursement_excess"]).await?, [1, 1]);

    // The report was wrong: the money is the ministry's again, once and not twice.
    hear(&house, &came_back(&left.orders[0], "AC04")).await?;
    let doubted = contradicted(&house, &left.envelope_id).await?.remove(0);
    agree(&house, (&left.envelope_id, &doubted), (State::Failed, "AC04")).await?;
    assert_eq!(bank.shows_next_day(&house, &both[0], &[]).await?, []);

    assert!(again(&both[0], &lacks).await?.settle_time.is_some());
    assert_eq!(payments(&house, ["disbursement", "disbursement_excess"]).await?, [1, 0]);
    assert_eq!(waiting(&house).await?, []);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_left_after_all_is_claimed_no_more(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let left = leave(&house, 1).await?;
    fund(&house).await?;
    let name = left.orders[0].as_str();
    let refusal = pain_002(&left.file.name, (1, EACH), &[(name, "RJCT AC04", EACH)]);
    hear(&house, &refusal).await?;
    let mut bank = Bank::bri();
    let both = ministry(&house, &mut bank).await?;
    house.clock.advance(DAY);
    let found = bank.says(&house, &both[0], &[order("N-1", name)]).await?.breaks;
    let [strange] = &found[..] else { panic!("{found:?}") };
    resolve(&both, strange, BreakResolution::Claim).await?;
    assert_eq!(payments(&house, ["disbursement", "bank_claims"]).await?, [1, 1]);

    hear(&house, &went_out(name)).await?;
    let failed = instructions(&house, &left.envelope_id).await?.remove(0);
    agree(&house, (&left.envelope_id, &failed), (State::Paid, "NTB-1")).await?;
    assert_eq!(bank.shows_next_day(&house, &both[0], &[]).await?, []);

    assert!(again(&both[0], strange).await?.settle_time.is_some());
    assert_eq!(payments(&house, ["disbursement", "bank_claims"]).await?, [1, 0]);
    assert_eq!(waiting(&house).await?, []);
    Ok(())
}
