//! Two people approve, and others see nothing.

use rangkai_proto::payments::v1::{
    CancelEnvelopeRequest, Envelope, EnvelopeState, ErrorReason, GetInstructionRequest,
    ListEnvelopesRequest, PauseEnvelopeRequest, ResumeEnvelopeRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;

use super::{
    super::support::{House, refused},
    office::{Office, People, announce, link, pay},
};

fn pause(envelope: &Envelope) -> PauseEnvelopeRequest {
    PauseEnvelopeRequest { request_id: fresh(), envelope_id: envelope.envelope_id.clone() }
}

fn resume(envelope: &Envelope) -> ResumeEnvelopeRequest {
    ResumeEnvelopeRequest { request_id: fresh(), envelope_id: envelope.envelope_id.clone() }
}

fn cancel(envelope: &Envelope) -> CancelEnvelopeRequest {
    CancelEnvelopeRequest { request_id: fresh(), envelope_id: envelope.envelope_id.clone() }
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn two_people_approve_the_contents_that_they_saw_and_no_others(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut people = People::of(&house)?;
    people.maker.link(1..2).await?;
    let all = vec![pay(1, 100), pay(2, 100)];
    let envelope = people.maker.validated(&house, announce(2, 200), all).await?;

    let own = people.maker.approve(&envelope).await;
    let first = people.checker.approve(&envelope).await?;
    let twice = people.checker.approve(&envelope).await;
    let early = people.releaser.release(&envelope).await;
    // Another payee makes it other contents: what was approved counts no longer.
    people.maker.payees.link_payee(link("pkh", 2)).await?;
    let changed = people.maker.validate(&house, &envelope).await?;
    let stale = people.releaser.approve(&envelope).await;
    people.checker.approve(&changed).await?;
    let approved = people.releaser.approve(&changed).await?;
    let third = Office::of(&house.person("kemensos", "dewi")?).approve(&changed).await;

    assert_eq!(refused(own), ErrorReason::SamePerson);
    assert_eq!(
        (first.state(), first.approved_by),
        (EnvelopeState::Validated, vec!["budi".to_owned()])
    );
    assert_eq!(refused(twice), ErrorReason::SamePerson);
    assert_eq!(refused(early), ErrorReason::EnvelopeState);
    assert_eq!(refused(stale), ErrorReason::ContentsMismatch);
    assert_eq!(approved.state(), EnvelopeState::Approved);
    assert_eq!(approved.approved_by, ["budi", "citra"]);
    assert_eq!(refused(third), ErrorReason::EnvelopeState);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn whoever_sealed_does_not_approve_and_whoever_announced_does_not_release(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let people = People::of(&house)?;
    let dewi = Office::of(&house.person("kemensos", "dewi")?);
    people.maker.link(1..2).await?;
    people.maker.fund(100).await?;
    let envelope = people.maker.create(announce(1, 100)).await?;
    people.maker.add(&envelope, vec![pay(1, 100)]).await?;
    dewi.seal(&envelope).await?;
    let envelope = people.maker.validate(&house, &envelope).await?;

    let sealed = dewi.approve(&envelope).await;
    people.checker.approve(&envelope).await?;
    people.releaser.approve(&envelope).await?;
    let announced = people.maker.release(&envelope).await;
    let released = people.releaser.release(&envelope).await?;

    assert_eq!(refused(sealed), ErrorReason::SamePerson);
    assert_eq!(refused(announced), ErrorReason::SamePerson);
    assert_eq!(released.state(), EnvelopeState::Released);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn one_person_who_approves_twice_at_once_is_one_person(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let people = People::of(&house)?;
    people.maker.link(1..2).await?;
    let envelope = people.maker.validated(&house, announce(1, 100), vec![pay(1, 100)]).await?;

    let (one, two) =
        tokio::join!(people.checker.approve(&envelope), people.checker.approve(&envelope));

    let (kept, other) = if one.is_ok() { (one, two) } else { (two, one) };
    assert_eq!(kept?.state(), EnvelopeState::Validated);
    assert_eq!(refused(other), ErrorReason::SamePerson);
    let (one, two) =
        tokio::join!(people.releaser.approve(&envelope), people.maker.approve(&envelope));
    assert_eq!(one?.state(), EnvelopeState::Approved);
    assert!(two.is_err());
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn a_pause_ends_by_another_person_and_nothing_is_withdrawn_once_released(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let mut people = People::of(&house)?;
    people.maker.link(1..2).await?;
    let nobody = people.maker.validated(&house, announce(1, 100), vec![pay(7, 100)]).await?;
    let envelope = people.released(&house, announce(1, 100), vec![pay(1, 100)]).await?;

    let empty = people.checker.approve(&nobody).await;
    let withdrawn = people.maker.envelopes.cancel_envelope(cancel(&nobody)).await?.into_inner();
    let paused = people.checker.envelopes.pause_envelope(pause(&envelope)).await?.into_inner();
    let alone = people.checker.envelopes.resume_envelope(resume(&envelope)).await;
    let resumed = people.releaser.envelopes.resume_envelope(resume(&envelope)).await?.into_inner();
    let too_late = people.maker.envelopes.cancel_envelope(cancel(&envelope)).await;

    assert_eq!(refused(empty), ErrorReason::EnvelopeEmpty);
    assert_eq!(withdrawn.envelope.unwrap().state(), EnvelopeState::Cancelled);
    let paused = paused.envelope.unwrap();
    assert_eq!((paused.state(), paused.paused_by.as_str()), (EnvelopeState::Paused, "budi"));
    assert_eq!(refused(alone), ErrorReason::SamePerson);
    assert_eq!(resumed.envelope.unwrap().state(), EnvelopeState::Released);
    assert_eq!(refused(too_late), ErrorReason::EnvelopeState);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn another_agency_cannot_tell_that_an_envelope_exists(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let people = People::of(&house)?;
    let own = people.maker.create(announce(1, 100)).await?;
    let mut other = Office::of(&house.agency("kemendikbud")?);

    for envelope_id in [own.envelope_id.clone(), fresh()] {
        let envelope = Envelope { envelope_id: envelope_id.clone(), ..own.clone() };
        let instruction = GetInstructionRequest { envelope_id, instruction_id: fresh() };
        let unseen = [
            refused(other.get(&envelope).await),
            refused(other.report(&envelope).await),
            refused(other.seal(&envelope).await),
            refused(other.add(&envelope, vec![pay(1, 100)]).await),
            refused(other.envelopes.pause_envelope(pause(&envelope)).await),
            refused(other.instructions.get_instruction(instruction).await),
        ];
        assert_eq!(unseen, [ErrorReason::EnvelopeNotFound; 6]);
    }
    let list = other.envelopes.list_envelopes(ListEnvelopesRequest::default()).await?.into_inner();
    assert!(list.envelopes.is_empty());
    let mut maker = people.maker;
    let list = maker.envelopes.list_envelopes(ListEnvelopesRequest::default()).await?.into_inner();
    assert_eq!(list.envelopes.len(), 1);
    let envelope_id = own.envelope_id;
    let missing = GetInstructionRequest { envelope_id, instruction_id: fresh() };
    let missing = maker.instructions.get_instruction(missing).await;
    assert_eq!(refused(missing), ErrorReason::InstructionNotFound);
    Ok(())
}
