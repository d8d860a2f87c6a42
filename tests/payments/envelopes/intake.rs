//! Instructions on their way into an envelope.

use rangkai_proto::payments::v1::{EnvelopeState, ErrorReason, InstructionState};
use rangkai_testkit::Kind;
use rstest::rstest;

use super::{
    super::support::{House, fields, reason, refused, rupiah},
    office::{Office, announce, batches, pay, tallies},
};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_envelope_is_sealed_only_with_exactly_what_was_announced(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let office = Office::of(&house.agency("kemensos")?);
    let exact = office.create(announce(3, 600)).await?;
    let short = office.create(announce(3, 601)).await?;

    office.add(&exact, vec![pay(1, 100), pay(2, 200)]).await?;
    let one_less = office.seal(&exact).await;
    let too_much = office.add(&exact, vec![pay(3, 301)]).await;
    let too_many = office.add(&exact, vec![pay(3, 100), pay(4, 200)]).await;
    let all = office.add(&exact, vec![pay(3, 300)]).await?;
    office.add(&short, vec![pay(1, 100), pay(2, 200), pay(3, 300)]).await?;
    let one_rupiah = office.seal(&short).await;
    let sealed = office.seal(&exact).await?;
    let late = office.add(&exact, vec![pay(4, 1)]).await;

    let mismatch = |number: &str| (ErrorReason::ControlMismatch, number.to_owned());
    assert_eq!(reason(one_less, "received_count"), mismatch("2"));
    assert_eq!(reason(too_much, "received_minor"), mismatch("60100"));
    assert_eq!(reason(too_many, "received_count"), mismatch("4"));
    assert_eq!((all.added, all.instruction_count, all.total), (1, 3, Some(rupiah(600))));
    assert_eq!(reason(one_rupiah, "declared_minor"), mismatch("60100"));
    assert_eq!(office.get(&short).await?.state(), EnvelopeState::Open);
    assert_eq!(tallies(&sealed), [(InstructionState::Received, 3, 600)]);
    assert_eq!(refused(late), ErrorReason::EnvelopeState);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_stream_that_broke_is_sent_again_and_nothing_counts_twice(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let office = Office::of(&house.agency("kemensos")?);
    let envelope = office.create(announce(6, 2_100)).await?;
    let all: Vec<_> = (1..7).map(|person| pay(person, i64::from(person) * 100)).collect();
    let mut broken = batches(&envelope, &all);
    broken[1].instructions[1].amount = Some(rupiah(0));

    let cut = office.instructions.clone().add_instructions(tokio_stream::iter(broken)).await;
    let kept = office.get(&envelope).await?;
    let (one, two) =
        tokio::join!(office.add(&envelope, all.clone()), office.add(&envelope, all.clone()));
    let again = office.add(&envelope, all.clone()).await?;
    let mut other = all.clone();
    other[5].amount = Some(rupiah(601));
    let changed = office.add(&envelope, other.clone()).await;
    other[5] = pay(7, 600);
    other[5].reference.clone_from(&all[5].reference);
    let another_person = office.add(&envelope, other).await;

    assert_eq!(fields(cut), ["instructions[1].amount"]);
    assert_eq!(tallies(&kept), [(InstructionState::Received, 2, 300)]);
    assert_eq!(one?.added + two?.added, 4);
    assert_eq!((again.added, again.instruction_count), (0, 6));
    let is_changed = (ErrorReason::InstructionChanged, "PKH-0006".to_owned());
    assert_eq!(reason(changed, "reference"), is_changed);
    assert_eq!(reason(another_person, "reference"), is_changed);
    assert_eq!(office.seal(&envelope).await?.state(), EnvelopeState::Sealed);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_instruction_comes_once_whole_and_in_the_currency_of_its_envelope(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let office = Office::of(&house.agency("kemensos")?);
    let envelope = office.create(announce(2, 300)).await?;

    let twice = office.add(&envelope, vec![pay(1, 100), pay(1, 100)]).await?;
    let two_things = office.add(&envelope, vec![pay(2, 100), pay(2, 200)]).await;
    let mut dollars = pay(3, 1);
    dollars.amount.as_mut().unwrap().currency_code = "USD".to_owned();
    let foreign = office.add(&envelope, vec![dollars]).await;
    let mut half = pay(3, 1);
    half.amount.as_mut().unwrap().nanos = 500_000_000;
    let stream = tokio_stream::iter(batches(&envelope, &[half]));
    let fractional = office.instructions.clone().add_instructions(stream).await;

    assert_eq!((twice.added, twice.instruction_count), (1, 1));
    assert_eq!(refused(two_things), ErrorReason::InstructionChanged);
    assert_eq!(refused(foreign), ErrorReason::EnvelopeCurrency);
    assert_eq!(fields(fractional), ["instructions[0].amount"]);
    Ok(())
}
