//! What other envelopes of a cycle mean for an instruction, however many there are.

use std::time::Duration;

use rangkai_proto::payments::v1::{
    CreateEnvelopeRequest, ErrorReason, InstructionFinding as Found, InstructionState as State,
    ListInstructionsRequest, RetryInstructionRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::{
    super::support::{House, refused},
    office::{Office, People, announce, pay, sandbox, sandbox_of, tallies},
    stopping::{list, retry, stop},
    validation::findings,
};

fn of(programme: &str, announced: CreateEnvelopeRequest) -> CreateEnvelopeRequest {
    CreateEnvelopeRequest { programme: programme.to_owned(), ..announced }
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_is_found_is_found_once_beside_three_other_envelopes(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let office = Office::of(&house.agency("kemensos")?);
    office.link(1..4).await?;
    let excluding = CreateEnvelopeRequest {
        incompatible_programmes: vec!["blt".to_owned()],
        ..announce(1, 100)
    };
    for announced in
        [of("pkh", excluding), of("sembako", announce(1, 100)), of("pip", announce(1, 100))]
    {
        office.validated(&house, announced, vec![pay(1, 100)]).await?;
    }

    let all = vec![pay(1, 100), pay(2, 100), pay(99, 100)];
    let envelope = office.validated(&house, of("blt", announce(3, 300)), all).await?;
    let first = findings(&office, &envelope).await?;
    let again = office.validate(&house, &envelope).await?;
    let second = findings(&office, &envelope).await?;

    let expected: [&[Found]; 3] = [&[Found::Excluded], &[], &[Found::PayeeUnknown]];
    assert_eq!(
        (first.as_slice(), second.as_slice()),
        (&expected.map(<[_]>::to_vec)[..], &expected.map(<[_]>::to_vec)[..])
    );
    let sums = [(State::Valid, 1, 100), (State::Invalid, 2, 200)];
    assert_eq!((tallies(&envelope), tallies(&again)), (sums.to_vec(), sums.to_vec()));
    Ok(())
}

/// The last three digits 901 of an account have the sandbox say that a further attempt is safe.
#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_failed_is_not_given_again_once_another_envelope_pays_the_person(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let (people, block) = (People::of(&house)?, sandbox(&house).await?);
    people.maker.link([901]).await?;
    let envelope = people.released(&house, announce(1, 100), vec![pay(901, 100)]).await?;
    block.execute_due().await?;
    let request = ListInstructionsRequest {
        envelope_id: envelope.envelope_id.clone(),
        ..ListInstructionsRequest::default()
    };
    let mut desk = people.releaser.instructions.clone();
    let failed = desk.list_instructions(request).await?.into_inner().instructions.remove(0);
    people.maker.validated(&house, announce(1, 100), vec![pay(901, 100)]).await?;

    let retry = RetryInstructionRequest {
        request_id: fresh(),
        envelope_id: envelope.envelope_id.clone(),
        instruction_id: failed.instruction_id.clone(),
    };
    let again = desk.retry_instruction(retry).await;

    assert!(failed.retry_safe, "{failed:?}");
    assert_eq!(refused(again), ErrorReason::RetryUnsafe);
    Ok(())
}

/// 921 is paid and then not, so that it pauses; 931 is under way.
#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn another_envelope_of_the_cycle_pays_whom_a_stopped_one_did_not(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let people = People::of(&house)?;
    people.maker.link([931, 921, 1]).await?;
    let all = || [931, 921, 1].map(|person| pay(person, 100)).to_vec();
    let envelope = people.released(&house, announce(3, 300), all()).await?;
    let block = sandbox_of(&house, 2).await?;
    block.execute_due().await?;
    let other = people.maker.validated(&house, announce(3, 300), all()).await?;
    let before = findings(&people.maker, &other).await?;

    stop(&people.checker, &envelope).await?;
    people.maker.validate(&house, &other).await?;
    let asked = findings(&people.maker, &other).await?;
    stop(&people.releaser, &envelope).await?;
    let other = people.maker.validate(&house, &other).await?;
    let after = findings(&people.maker, &other).await?;
    people.checker.approve(&other).await?;
    people.releaser.approve(&other).await?;
    people.releaser.release(&other).await?;
    house.clock.advance(Duration::from_mins(1));
    block.execute_due().await?;

    let excluded = vec![Found::Excluded];
    assert_eq!((before, asked), (vec![excluded.clone(); 3], vec![excluded.clone(); 3]));
    assert_eq!(after, [excluded.clone(), excluded, Vec::new()]);
    let paid = people.maker.get(&other).await?;
    assert_eq!(tallies(&paid), [(State::Invalid, 2, 200), (State::Paid, 1, 100)]);
    let withdrawn = list(&people.maker, &envelope, State::Failed).await?.remove(0);
    let again = retry(&people.releaser, &envelope, &withdrawn).await;
    assert_eq!(refused(again), ErrorReason::RetryUnsafe);
    Ok(())
}
