//! What became of instructions, and what people do about it. The last three digits of an account say
//! what the sandbox does: 900 fails for good, 901 fails for now, 912 never answers.

use std::time::Duration;

use rangkai_proto::payments::v1::{
    Envelope, EnvelopeState, ErrorReason, Instruction, InstructionState as State,
    ListInstructionsRequest, PauseReason, ResolveInstructionRequest, ResumeEnvelopeRequest,
    RetryInstructionRequest, ReturnFundsRequest, UnlinkPayeeRequest, UpdatePayeeRequest,
};
use rangkai_testkit::{Kind, fresh};
use rstest::rstest;
use tonic::Status;

use super::{
    super::{
        contract::once,
        support::{House, reason, refused, rupiah},
    },
    office::{Office, People, announce, functional_id, pay, sandbox, tallies},
};

fn retry(envelope: &Envelope, instruction: &Instruction) -> RetryInstructionRequest {
    RetryInstructionRequest {
        request_id: fresh(),
        envelope_id: envelope.envelope_id.clone(),
        instruction_id: instruction.instruction_id.clone(),
    }
}

fn say(
    envelope: &Envelope,
    instruction: &Instruction,
    outcome: State,
) -> ResolveInstructionRequest {
    ResolveInstructionRequest {
        request_id: fresh(),
        envelope_id: envelope.envelope_id.clone(),
        instruction_id: instruction.instruction_id.clone(),
        outcome: outcome.into(),
        evidence: "RK-77".to_owned(),
    }
}

async fn list(office: &Office, envelope: &Envelope) -> Result<Vec<Instruction>, Status> {
    let envelope_id = envelope.envelope_id.clone();
    let request = ListInstructionsRequest { envelope_id, ..ListInstructionsRequest::default() };
    let list = office.instructions.clone().list_instructions(request).await?;
    Ok(list.into_inner().instructions)
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn only_what_is_safe_is_given_again_and_the_report_adds_up(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let (people, block) = (People::of(&house)?, sandbox(&house).await?);
    people.maker.link([1, 900, 901]).await?;
    let all = vec![pay(1, 100), pay(900, 200), pay(901, 300), pay(7, 50)];
    let envelope = people.released(&house, announce(4, 650), all).await?;
    block.execute_due().await?;
    let done = people.maker.get(&envelope).await?;
    let found = list(&people.maker, &envelope).await?;
    let mut desk = people.releaser.instructions.clone();

    let paid = desk.retry_instruction(retry(&envelope, &found[0])).await;
    let closed = desk.retry_instruction(retry(&envelope, &found[1])).await;
    let all = ReturnFundsRequest {
        request_id: fresh(),
        amount: Some(rupiah(550)),
        reference: fresh(),
        ..ReturnFundsRequest::default()
    };
    people.maker.funds.clone().return_funds(all).await?;
    let poor = desk.retry_instruction(retry(&envelope, &found[2])).await;
    people.maker.fund(300).await?;
    let mut other = desk.clone();
    let (one, two) = tokio::join!(
        desk.retry_instruction(retry(&envelope, &found[2])),
        other.retry_instruction(retry(&envelope, &found[2])),
    );
    let again = people.maker.get(&envelope).await?;
    block.execute_due().await?;
    let report = people.maker.report(&envelope).await?;

    assert_eq!(done.state(), EnvelopeState::Completed);
    assert_eq!(refused(paid), ErrorReason::RetryUnsafe);
    assert_eq!(refused(closed), ErrorReason::RetryUnsafe);
    assert_eq!(refused(poor), ErrorReason::FundsShort);
    let (one, two) = if one.is_ok() { (one, two) } else { (two, one) };
    let new = one?.into_inner().instruction.unwrap();
    assert_eq!(
        (new.attempt, new.state(), &new.retry_of),
        (2, State::Valid, &found[2].instruction_id)
    );
    assert_eq!(refused(two), ErrorReason::RetryUnsafe);
    assert_eq!(again.state(), EnvelopeState::Released);
    let lines = report.lines.iter().map(|it| (it.state(), it.reason.as_str(), it.count));
    let expected = [
        (State::Failed, "AC04", 1),
        (State::Failed, "AM04", 1),
        (State::Invalid, "", 1),
        (State::Paid, "", 1),
    ];
    assert_eq!(lines.collect::<Vec<_>>(), expected);
    assert_eq!((report.total, report.count, report.adds_up), (Some(rupiah(650)), 4, true));
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn what_no_inquiry_could_tell_two_people_say_alike(#[case] kind: Kind) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let (mut people, block) = (People::of(&house)?, sandbox(&house).await?);
    people.maker.link([1, 912]).await?;
    let all = vec![pay(1, 100), pay(912, 200)];
    let envelope = people.released(&house, announce(2, 300), all).await?;
    block.execute_due().await?;
    let silent = list(&people.maker, &envelope).await?.remove(1);
    let early = say(&envelope, &silent, State::Paid);
    let early = people.checker.instructions.resolve_instruction(early).await;
    for pause in [30, 120, 600, 3_600] {
        house.clock.advance(Duration::from_secs(pause));
        block.inquire_orders().await?;
    }
    let waiting = people.maker.get(&envelope).await?;

    let (paid, failed) =
        (say(&envelope, &silent, State::Paid), say(&envelope, &silent, State::Failed));
    let (one, other) = (paid.clone(), failed.clone());
    let other = ResolveInstructionRequest { request_id: one.request_id.clone(), ..other };
    let send = |request| {
        let mut desk = people.checker.instructions.clone();
        async move { desk.resolve_instruction(request).await }
    };
    once(&paid.request_id.clone(), [one, other], send).await?;
    let alone = say(&envelope, &silent, State::Paid);
    let alone = people.checker.instructions.resolve_instruction(alone).await;
    // The first person was wrong, and another one says so.
    let differs = people.releaser.instructions.resolve_instruction(failed).await?.into_inner();
    let alike = say(&envelope, &silent, State::Failed);
    let settled = people.checker.instructions.resolve_instruction(alike).await?.into_inner();
    let confirms = settled.ruling.unwrap().confirms;
    let settled = settled.instruction.unwrap();

    assert_eq!(refused(early), ErrorReason::InstructionState);
    assert_eq!(tallies(&waiting)[0], (State::NeedsPerson, 1, 200));
    assert_eq!(refused(alone), ErrorReason::SamePerson);
    let (proposed, waiting) = (differs.ruling.unwrap(), differs.instruction.unwrap());
    assert_eq!((proposed.outcome(), proposed.confirms), (State::Failed, false));
    assert_eq!((waiting.state(), confirms), (State::NeedsPerson, true));
    assert_eq!((settled.state(), settled.reason.as_str()), (State::Failed, "RK-77"));
    assert_eq!(people.maker.get(&envelope).await?.state(), EnvelopeState::Completed);
    let (one, other) = (retry(&envelope, &settled), retry(&envelope, &Instruction::default()));
    let other = RetryInstructionRequest {
        request_id: one.request_id.clone(),
        instruction_id: fresh(),
        ..other
    };
    let send = |request| {
        let mut desk = people.releaser.instructions.clone();
        async move { desk.retry_instruction(request).await }
    };
    once(&one.request_id.clone(), [one, other], send).await.map(drop)
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn an_envelope_pauses_when_too_many_fail_and_goes_on_when_somebody_looked(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let (mut people, block) = (People::of(&house)?, sandbox(&house).await?);
    let failing = (1..12).map(|thousand| thousand * 1_000 + 900);
    let everybody: Vec<u32> = failing.chain(1..121).collect();
    people.maker.link(everybody.clone()).await?;
    let all = everybody.iter().map(|person| pay(*person, 10)).collect();
    let envelope = people.released(&house, announce(131, 1_310), all).await?;

    let handed = block.execute_due().await?;
    let paused = people.maker.get(&envelope).await?;
    let resume =
        || ResumeEnvelopeRequest { request_id: fresh(), envelope_id: envelope.envelope_id.clone() };
    let alone = people.releaser.envelopes.resume_envelope(resume()).await;
    people.checker.envelopes.resume_envelope(resume()).await?;
    block.execute_due().await?;
    let done = people.maker.get(&envelope).await?;

    assert_eq!(handed, 100);
    let why = (paused.state(), paused.pause_reason(), paused.paused_by.as_str());
    assert_eq!(why, (EnvelopeState::Paused, PauseReason::Failures, "block:payments"));
    assert_eq!(refused(alone), ErrorReason::SamePerson);
    assert_eq!(done.state(), EnvelopeState::Completed);
    assert_eq!(tallies(&done), [(State::Paid, 120, 1_200), (State::Failed, 11, 110)]);
    Ok(())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[tokio::test]
async fn nobody_is_paid_at_an_address_that_came_after_the_validation(
    #[case] kind: Kind,
) -> anyhow::Result<()> {
    let house = House::open(kind).await?;
    let (people, block) = (People::of(&house)?, sandbox(&house).await?);
    people.maker.link([1, 2, 3, 901]).await?;
    let all = vec![pay(1, 100), pay(2, 100), pay(3, 100), pay(901, 100)];
    let envelope = people.released(&house, announce(4, 400), all).await?;
    let mut payees = people.checker.payees.clone();
    let unlink = UnlinkPayeeRequest {
        request_id: fresh(),
        source: "pkh".to_owned(),
        functional_id: functional_id(1),
    };
    payees.unlink_payee(unlink.clone()).await?;
    let unlink =
        UnlinkPayeeRequest { request_id: fresh(), functional_id: functional_id(2), ..unlink };
    payees.unlink_payee(unlink).await?;
    payees.link_payee(super::office::link("pkh", 2)).await?;

    block.execute_due().await?;
    let found = list(&people.maker, &envelope).await?;
    let mut desk = people.releaser.instructions.clone();
    let redirected = desk.retry_instruction(retry(&envelope, &found[1])).await;
    // Nor does another attempt go to an address that came since: nobody approved it.
    let payee = super::office::payee(77);
    payees
        .update_payee(UpdatePayeeRequest {
            request_id: fresh(),
            source: "pkh".to_owned(),
            functional_id: functional_id(901),
            institution: payee.institution,
            account: payee.account,
            name: payee.name,
        })
        .await?;
    desk.retry_instruction(retry(&envelope, &found[3])).await?;
    block.execute_due().await?;
    let again = list(&people.maker, &envelope).await?.remove(4);
    let done = people.maker.get(&envelope).await?;
    // New approvals pay the person.
    let anew = people.released(&house, announce(1, 100), vec![pay(2, 100)]).await?;
    block.execute_due().await?;
    let anew = people.maker.get(&anew).await?;

    let ends = found.iter().map(|it| (it.state(), it.reason.as_str()));
    let changed = (State::Failed, "PAYEE_CHANGED");
    let expected = [changed, changed, (State::Paid, ""), (State::Failed, "AM04")];
    assert_eq!(ends.collect::<Vec<_>>(), expected);
    assert_eq!(refused(redirected), ErrorReason::RetryUnsafe);
    assert_eq!(((again.state(), again.reason.as_str()), again.attempt), (changed, 2));
    assert!(!found[1].retry_safe && found[3].retry_safe && !again.retry_safe);
    assert_eq!(tallies(&done), [(State::Paid, 1, 100), (State::Failed, 3, 300)]);
    assert_eq!(tallies(&anew), [(State::Paid, 1, 100)]);
    let cut = people.maker.release(&envelope).await;
    assert_eq!(reason(cut, "state"), (ErrorReason::EnvelopeState, "completed".to_owned()));
    Ok(())
}
